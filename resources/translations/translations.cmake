# Languages of the window. English has a file too: the plural forms of its "%n" texts.
# After changing texts: cmake --build build/release --target update_translations, then fill what is unfinished.
set(QUANT_TRANSLATIONS
  quantoscope_en.ts
  quantoscope_zh_TW.ts
)
