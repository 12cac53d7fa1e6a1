<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_TW">
<context>
    <name>FormatText</name>
    <message>
        <source>%1 bpw</source>
        <translation>%1 bpw</translation>
    </message>
    <message>
        <source>%1 dB</source>
        <translation>%1 dB</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>%1 ms</source>
        <translation>%1 ms</translation>
    </message>
    <message>
        <source>about 1 s left</source>
        <translation>約剩 1 秒</translation>
    </message>
    <message>
        <source>about %1 s left</source>
        <translation>約剩 %1 秒</translation>
    </message>
    <message>
        <source>about %1 min left</source>
        <translation>約剩 %1 分鐘</translation>
    </message>
    <message>
        <source>%1: %2: %3</source>
        <translation>%1：%2：%3</translation>
    </message>
    <message>
        <source>as stored (%1)</source>
        <translation>儲存值 (%1)</translation>
    </message>
</context>
<context>
    <name>MethodText</name>
    <message>
        <source>the weights alone</source>
        <translation>只需權重</translation>
    </message>
    <message>
        <source>calibration: second moments of the inputs</source>
        <translation>校準：輸入的二階矩</translation>
    </message>
    <message>
        <source>calibration: the Hessian of each layer’s inputs</source>
        <translation>校準：各層輸入的 Hessian</translation>
    </message>
    <message>
        <source>calibration: sample inputs of each layer</source>
        <translation>校準：各層的樣本輸入</translation>
    </message>
    <message>
        <source>a model that runs, and tokens</source>
        <translation>可執行的模型與詞元</translation>
    </message>
    <message>
        <source>Even steps</source>
        <translation>等距量化</translation>
    </message>
    <message>
        <source>Codebooks</source>
        <translation>碼簿</translation>
    </message>
    <message>
        <source>Block formats (MX, NVFP4)</source>
        <translation>區塊格式（MX、NVFP4）</translation>
    </message>
    <message>
        <source>GGUF block types</source>
        <translation>GGUF 區塊型別</translation>
    </message>
    <message>
        <source>Casts to float formats</source>
        <translation>轉為浮點格式</translation>
    </message>
    <message>
        <source>With calibration data</source>
        <translation>使用校準資料</translation>
    </message>
    <message>
        <source>Trained</source>
        <translation>訓練式</translation>
    </message>
    <message>
        <source>Low-rank and scale-only recovery</source>
        <translation>低秩與僅縮放因子的修復</translation>
    </message>
    <message>
        <source>post-training quantization (PTQ)</source>
        <translation>訓練後量化（PTQ）</translation>
    </message>
    <message>
        <source>quantization-aware training (QAT)</source>
        <translation>量化感知訓練（QAT）</translation>
    </message>
    <message>
        <source>quantized fine-tuning</source>
        <translation>量化微調</translation>
    </message>
    <message>
        <source>mixed precision</source>
        <translation>混合精度</translation>
    </message>
    <message>
        <source>none of the four: a number format</source>
        <translation>不屬於四種技術：數字格式</translation>
    </message>
    <message>
        <source>When to use it</source>
        <translation>適用時機</translation>
    </message>
    <message>
        <source>What it costs</source>
        <translation>代價</translation>
    </message>
    <message>
        <source>How it fails</source>
        <translation>失效情形</translation>
    </message>
    <message>
        <source>Technique of the article</source>
        <translation>文章中的技術</translation>
    </message>
    <message>
        <source>Needs</source>
        <translation>需要</translation>
    </message>
    <message>
        <source>Runs on</source>
        <translation>可執行裝置</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>來源</translation>
    </message>
</context>
<context>
    <name>QObject</name>
    <message numerus="yes">
        <source>%n tensors</source>
        <translation>
            <numerusform>%n 個張量</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ShownMetric</name>
    <message>
        <source>%1 by %2</source>
        <translation>%1（來自 %2）</translation>
    </message>
    <message>
        <source>Evidence of another tool, from %1</source>
        <translation>其他工具的量測，來自 %1</translation>
    </message>
</context>
<context>
    <name>TensorFilterText</name>
    <message>
        <source>%1, at character %2</source>
        <translation>%1，位於第 %2 個字元</translation>
    </message>
    <message>
        <source>%1 is a word: use %1:…</source>
        <translation>%1 是文字：請用 %1:…</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is no number</source>
        <translation>「%1」不是數字</translation>
    </message>
    <message>
        <source>there is no &quot;%1&quot;; there are %2</source>
        <translation>沒有「%1」；可用：%2</translation>
    </message>
</context>
<context>
    <name>app::BitRow</name>
    <message>
        <source>S</source>
        <comment>sign bit</comment>
        <translation>S</translation>
    </message>
    <message>
        <source>E</source>
        <comment>exponent</comment>
        <translation>E</translation>
    </message>
    <message>
        <source>I</source>
        <comment>integer</comment>
        <translation>I</translation>
    </message>
    <message>
        <source>M</source>
        <comment>mantissa</comment>
        <translation>M</translation>
    </message>
    <message>
        <source>%1 bits</source>
        <translation>%1 位元</translation>
    </message>
    <message>
        <source>exact</source>
        <translation>精確</translation>
    </message>
    <message>
        <source>error %1</source>
        <translation>誤差 %1</translation>
    </message>
    <message>
        <source>subnormal</source>
        <translation>次正規</translation>
    </message>
    <message>
        <source>clipped</source>
        <translation>截斷</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>value %1</source>
        <translation>值 %1</translation>
    </message>
    <message>
        <source>sign</source>
        <translation>正負號</translation>
    </message>
    <message>
        <source>exponent</source>
        <translation>指數</translation>
    </message>
    <message>
        <source>integer</source>
        <translation>整數</translation>
    </message>
    <message>
        <source>mantissa</source>
        <translation>尾數</translation>
    </message>
    <message>
        <source>bit %1, %2: click flips it</source>
        <translation>第 %1 位元，%2：按一下即翻轉</translation>
    </message>
</context>
<context>
    <name>app::BitsPage</name>
    <message>
        <source>Number</source>
        <translation>數字</translation>
    </message>
    <message>
        <source>a number: 30.2, 1e-45, 0x40490fdb, inf, pi</source>
        <translation>輸入數字：30.2、1e-45、0x40490fdb、inf、pi</translation>
    </message>
    <message>
        <source>π: the same number in ever fewer bits</source>
        <translation>π：同一個數字，位元越來越少</translation>
    </message>
    <message>
        <source>30.2 becomes 30 in INT8 and is clipped to 7 in INT4</source>
        <translation>30.2 在 INT8 變成 30，在 INT4 被截斷為 7</translation>
    </message>
    <message>
        <source>0.1: no binary format holds it exactly</source>
        <translation>0.1：任何二進位格式都無法精確表示</translation>
    </message>
    <message>
        <source>65504: the largest number of FP16</source>
        <translation>65504：FP16 最大的數字</translation>
    </message>
    <message>
        <source>Element of the model</source>
        <translation>模型的元素</translation>
    </message>
    <message>
        <source>Show the current element of the open model</source>
        <translation>顯示目前模型中選取的元素</translation>
    </message>
    <message>
        <source>as typed</source>
        <translation>輸入值</translation>
    </message>
    <message>
        <source>%1, row %2, column %3</source>
        <translation>%1，第 %2 列，第 %3 行</translation>
    </message>
    <message>
        <source>from the bits of %1</source>
        <translation>來自 %1 的位元</translation>
    </message>
    <message>
        <source>two&apos;s complement: %1</source>
        <translation>二補數：%1</translation>
    </message>
</context>
<context>
    <name>app::ChartFrame</name>
    <message>
        <source>%1 as a table</source>
        <translation>%1（表格）</translation>
    </message>
    <message>
        <source>Copy picture</source>
        <translation>複製圖片</translation>
    </message>
    <message>
        <source>Copy data</source>
        <translation>複製資料</translation>
    </message>
    <message>
        <source>Show as table</source>
        <translation>以表格顯示</translation>
    </message>
    <message>
        <source>Chart menu</source>
        <translation>圖表選單</translation>
    </message>
    <message>
        <source>Save the chart</source>
        <translation>儲存圖表</translation>
    </message>
    <message>
        <source>Save as %1…</source>
        <translation>另存為 %1…</translation>
    </message>
    <message>
        <source>Copy or save the chart or its data, or show it as a table</source>
        <translation>複製或儲存圖表或其資料，或以表格顯示</translation>
    </message>
</context>
<context>
    <name>app::ColourLegend</name>
    <message>
        <source>Legend: %1</source>
        <translation>圖例：%1</translation>
    </message>
</context>
<context>
    <name>app::CommandPalette</name>
    <message>
        <source>Search anything</source>
        <translation>搜尋任何項目</translation>
    </message>
    <message>
        <source>Page, tensor, scheme, method or act; or a qscope: link</source>
        <translation>頁面、張量、方案、方法或動作；或 qscope: 連結</translation>
    </message>
    <message>
        <source>What was found</source>
        <translation>搜尋結果</translation>
    </message>
    <message>
        <source>link</source>
        <translation>連結</translation>
    </message>
    <message>
        <source>Nothing of this name</source>
        <translation>沒有此名稱的項目</translation>
    </message>
</context>
<context>
    <name>app::CompareModel</name>
    <message>
        <source>exact</source>
        <translation>精確</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1／%2</translation>
    </message>
    <message>
        <source>dominated by %1</source>
        <translation>被 %1 支配</translation>
    </message>
    <message>
        <source>refused on %1 of %2: %3</source>
        <translation>%2 個張量中有 %1 個無法套用：%3</translation>
    </message>
    <message>
        <source>refused: %1</source>
        <translation>無法套用：%1</translation>
    </message>
    <message>
        <source>%1 of %2 measured</source>
        <translation>已量測 %1／%2</translation>
    </message>
    <message>
        <source>being measured…</source>
        <translation>量測中…</translation>
    </message>
    <message>
        <source>not measured yet</source>
        <translation>尚未量測</translation>
    </message>
    <message numerus="yes">
        <source>median of %n tensors</source>
        <translation>
            <numerusform>%n 個張量的中位數</numerusform>
        </translation>
    </message>
    <message>
        <source>least %1, quartiles %2 and %3, most %4</source>
        <translation>最小 %1，四分位數 %2 與 %3，最大 %4</translation>
    </message>
    <message>
        <source>%1 errors are larger than one step and count as one</source>
        <translation>%1 個誤差大於一步，以一步計</translation>
    </message>
    <message>
        <source>A click selects the scheme everywhere</source>
        <translation>按一下即在各處選取此方案</translation>
    </message>
    <message>
        <source>scheme</source>
        <translation>方案</translation>
    </message>
    <message>
        <source>Real bits per weight: 8 · bytes / weights, scales and padding included</source>
        <translation>實際的每權重位元數：8 · 位元組 / 權重數，含縮放因子與填充</translation>
    </message>
    <message>
        <source>bpw</source>
        <translation>bpw</translation>
    </message>
    <message>
        <source>Bytes with scales, zeros, codebooks and padding</source>
        <translation>位元組數，含縮放因子、零點、碼簿與填充</translation>
    </message>
    <message>
        <source>size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Signal to noise, 10 log₁₀(Σw² / Σe²) in dB; of several tensors the median</source>
        <translation>訊號雜訊比，10 log₁₀(Σw² / Σe²)，單位 dB；多個張量時取中位數</translation>
    </message>
    <message>
        <source>SQNR, dB</source>
        <translation>SQNR（dB）</translation>
    </message>
    <message>
        <source>6.02 · bpw − SQNR: what the rate–distortion bound of Gauss data has ahead of it at this size. Scales per group follow spreads that differ, so real weights may come below 0.</source>
        <translation>6.02 · bpw − SQNR：同樣大小下，高斯資料的率失真界限領先多少。各組的縮放因子能跟隨不同的離散程度，因此真實權重可能低於 0。</translation>
    </message>
    <message>
        <source>to bound, dB</source>
        <translation>距界限（dB）</translation>
    </message>
    <message>
        <source>Root of the mean squared error, √(Σe²/n)</source>
        <translation>均方誤差的平方根，√(Σe²/n)</translation>
    </message>
    <message>
        <source>RMSE</source>
        <translation>RMSE</translation>
    </message>
    <message>
        <source>Root mean square of the error in local steps; even rounding has 1/√12 = 0.289. Of one tensor.</source>
        <translation>以局部步距為單位的誤差均方根；均勻捨入為 1/√12 = 0.289。僅限單一張量。</translation>
    </message>
    <message>
        <source>RMSE/Δ</source>
        <translation>RMSE/Δ</translation>
    </message>
    <message>
        <source>Largest |ŵ − w|</source>
        <translation>最大的 |ŵ − w|</translation>
    </message>
    <message>
        <source>max |e|</source>
        <translation>最大 |e|</translation>
    </message>
    <message>
        <source>99 % of |e| are below; of several tensors the largest</source>
        <translation>99 % 的 |e| 小於此值；多個張量時取最大者</translation>
    </message>
    <message>
        <source>99 % |e|</source>
        <translation>99 % |e|</translation>
    </message>
    <message>
        <source>Share of the weights whose code was clipped</source>
        <translation>碼被截斷的權重比例</translation>
    </message>
    <message>
        <source>clipped</source>
        <translation>截斷</translation>
    </message>
    <message>
        <source>Entropy of the codes in bits: what ideal compression would leave of them</source>
        <translation>碼的熵（位元）：理想壓縮後所剩</translation>
    </message>
    <message>
        <source>entropy</source>
        <translation>熵</translation>
    </message>
    <message>
        <source>Tensors with less squared error than %1</source>
        <translation>平方誤差小於 %1 的張量</translation>
    </message>
    <message>
        <source>beats current</source>
        <translation>勝過目前方案</translation>
    </message>
    <message>
        <source>Dominated: another scheme is no larger and no worse, and better in one</source>
        <translation>被支配：另有方案不比它大也不比它差，且至少一項更好</translation>
    </message>
    <message>
        <source>remark</source>
        <translation>備註</translation>
    </message>
    <message>
        <source>%1 (%2 … %3)</source>
        <translation>%1（%2 … %3）</translation>
    </message>
    <message>
        <source>%1 dB to the bound</source>
        <translation>距界限 %1 dB</translation>
    </message>
    <message>
        <source>RMSE %1</source>
        <translation>RMSE %1</translation>
    </message>
    <message>
        <source>%1 Δ</source>
        <translation>%1 Δ</translation>
    </message>
    <message>
        <source>beats %1 on %2 of %3</source>
        <translation>在 %3 個張量中的 %2 個勝過 %1</translation>
    </message>
</context>
<context>
    <name>app::ComparePage</name>
    <message>
        <source>this tensor</source>
        <translation>此張量</translation>
    </message>
    <message numerus="yes">
        <source>%n selected tensors</source>
        <translation>
            <numerusform>選取的 %n 個張量</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>all %n tensors</source>
        <translation>
            <numerusform>全部 %n 個張量</numerusform>
        </translation>
    </message>
    <message>
        <source>Schemes side by side</source>
        <translation>方案並列比較</translation>
    </message>
    <message>
        <source>Open a model: here stands the error of each scheme against its real size, with what theory allows, and a table of all figures.</source>
        <translation>開啟模型：此處顯示各方案的誤差與實際大小、理論所容許的界限，以及所有數據的表格。</translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation>開啟模型</translation>
    </message>
    <message>
        <source>select a tensor</source>
        <translation>請選取張量</translation>
    </message>
    <message>
        <source>measuring every element …</source>
        <translation>正在量測每個元素…</translation>
    </message>
    <message>
        <source>nothing is measured here yet; press Analyze</source>
        <translation>此處尚未量測；請按「分析」</translation>
    </message>
    <message>
        <source>Signal to noise against bits per weight</source>
        <translation>訊號雜訊比與每權重位元數</translation>
    </message>
    <message numerus="yes">
        <source>median and quartiles of %n tensors</source>
        <translation>
            <numerusform>%n 個張量的中位數與四分位數</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n schemes</source>
        <translation>
            <numerusform>%n 個方案</numerusform>
        </translation>
    </message>
    <message>
        <source>the %1 most telling are drawn</source>
        <translation>繪出最具代表性的 %1 個</translation>
    </message>
    <message numerus="yes">
        <source>%n refused, see the table</source>
        <translation>
            <numerusform>%n 個無法套用，見表格</numerusform>
        </translation>
    </message>
    <message>
        <source>up and left is better; hollow: dominated</source>
        <translation>越靠左上越好；空心：被支配</translation>
    </message>
    <message>
        <source>Add a second scheme to compare.</source>
        <translation>請再加入一個方案以便比較。</translation>
    </message>
    <message numerus="yes">
        <source>%n measurements are missing</source>
        <translation>
            <numerusform>尚缺 %n 項量測</numerusform>
        </translation>
    </message>
    <message>
        <source>Figures of the schemes</source>
        <translation>各方案的數據</translation>
    </message>
    <message>
        <source>Which tensors</source>
        <translation>比較哪些張量</translation>
    </message>
    <message>
        <source>Compare on one tensor, or over several: then a box shows the tensors&apos; quartiles</source>
        <translation>在單一張量或多個張量上比較；多個時以盒狀圖顯示四分位數</translation>
    </message>
    <message>
        <source>Theory lines</source>
        <translation>理論線</translation>
    </message>
    <message>
        <source>What the best quantizers of so many bits reach on ideal data</source>
        <translation>最佳量化器以此位元數在理想資料上所能達到的</translation>
    </message>
    <message>
        <source>Add scheme</source>
        <translation>加入方案</translation>
    </message>
    <message>
        <source>Analyze</source>
        <translation>分析</translation>
    </message>
    <message>
        <source>Measure what is missing</source>
        <translation>量測尚缺的部分</translation>
    </message>
    <message>
        <source>Copy rows with all figures</source>
        <translation>複製各列的所有數據</translation>
    </message>
    <message>
        <source>Take out of the comparison</source>
        <translation>移出比較</translation>
    </message>
    <message>
        <source>point at a mark for its figures, at the plot for the lines; wheel zooms, 0 shows all</source>
        <translation>指向標記看其數據，指向圖面看理論線；滾輪縮放，0 顯示全部</translation>
    </message>
</context>
<context>
    <name>app::CompareView</name>
    <message>
        <source>bits per weight, scales and padding included</source>
        <translation>每權重位元數，含縮放因子與填充</translation>
    </message>
    <message>
        <source>SQNR, dB</source>
        <translation>SQNR（dB）</translation>
    </message>
    <message>
        <source>%1: exact</source>
        <translation>%1：精確</translation>
    </message>
    <message>
        <source>%1: exact, %2 →</source>
        <translation>%1：精確，%2 →</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1：%2</translation>
    </message>
</context>
<context>
    <name>app::ContextBar</name>
    <message>
        <source>Follow selection</source>
        <translation>跟隨選取</translation>
    </message>
    <message>
        <source>Measure a tensor under all schemes as soon as it is selected</source>
        <translation>選取張量後立即以所有方案量測</translation>
    </message>
    <message>
        <source>Open a model…</source>
        <translation>開啟模型…</translation>
    </message>
    <message>
        <source>Model: %1</source>
        <translation>模型：%1</translation>
    </message>
    <message>
        <source>%1
%2 tensors, %3 weights, %4</source>
        <translation>%1
%2 個張量，%3 個權重，%4</translation>
    </message>
    <message>
        <source>Open a checkpoint or a session (Ctrl+O)</source>
        <translation>開啟檢查點或工作階段（Ctrl+O）</translation>
    </message>
    <message>
        <source>Device: %1</source>
        <translation>裝置：%1</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Analyze all</source>
        <translation>全部分析</translation>
    </message>
    <message>
        <source>Open a model first</source>
        <translation>請先開啟模型</translation>
    </message>
    <message>
        <source>The checkpoint of this session is not there</source>
        <translation>找不到此工作階段的檢查點</translation>
    </message>
    <message>
        <source>All %1 pairs of tensor and scheme are measured</source>
        <translation>全部 %1 組張量與方案皆已量測</translation>
    </message>
    <message>
        <source>Measure every tensor under every scheme (Ctrl+Return): %1 of %2 pairs are done</source>
        <translation>以每個方案量測每個張量（Ctrl+Return）：已完成 %1／%2 組</translation>
    </message>
</context>
<context>
    <name>app::ContextPanel</name>
    <message>
        <source>Select a tensor: its figures, one element and its bits stand here.</source>
        <translation>選取一個張量：此處會顯示它的數據、一個元素及其位元。</translation>
    </message>
    <message>
        <source>Values</source>
        <translation>數值</translation>
    </message>
    <message>
        <source>Distribution of the values</source>
        <translation>數值分布</translation>
    </message>
    <message>
        <source>Show in bits</source>
        <translation>以位元顯示</translation>
    </message>
    <message>
        <source>Show this element in bits</source>
        <translation>以位元顯示此元素</translation>
    </message>
    <message>
        <source>This element in every format, bit by bit (B)</source>
        <translation>逐位元檢視此元素的各種格式（B）</translation>
    </message>
    <message>
        <source>Plan</source>
        <translation>規劃</translation>
    </message>
    <message>
        <source>%1, layer %2</source>
        <translation>%1，第 %2 層</translation>
    </message>
    <message>
        <source>Shape</source>
        <translation>形狀</translation>
    </message>
    <message>
        <source>Stored as</source>
        <translation>儲存型別</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>權重數</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>%1 … %2, σ %3, kurtosis %4</source>
        <translation>%1 … %2，σ %3，峰度 %4</translation>
    </message>
    <message>
        <source>every value is 0</source>
        <translation>所有值皆為 0</translation>
    </message>
    <message>
        <source>the checkpoint is not there</source>
        <translation>找不到檢查點</translation>
    </message>
    <message>
        <source>counting…</source>
        <translation>計數中…</translation>
    </message>
    <message>
        <source>Error under %1</source>
        <translation>%1 的誤差</translation>
    </message>
    <message>
        <source>being measured…</source>
        <translation>量測中…</translation>
    </message>
    <message>
        <source>not measured yet</source>
        <translation>尚未量測</translation>
    </message>
    <message>
        <source>refused: %1</source>
        <translation>無法套用：%1</translation>
    </message>
    <message>
        <source>Bits per weight</source>
        <translation>每權重位元數</translation>
    </message>
    <message>
        <source>SQNR</source>
        <translation>SQNR</translation>
    </message>
    <message>
        <source>exact</source>
        <translation>精確</translation>
    </message>
    <message>
        <source>RMSE</source>
        <translation>RMSE</translation>
    </message>
    <message>
        <source>Largest |e|</source>
        <translation>最大 |e|</translation>
    </message>
    <message>
        <source>99 % of |e| below</source>
        <translation>99 % 的 |e| 小於</translation>
    </message>
    <message>
        <source>Clipped</source>
        <translation>截斷</translation>
    </message>
    <message>
        <source>NaN, Inf</source>
        <translation>NaN、Inf</translation>
    </message>
    <message>
        <source>pinned to %1</source>
        <translation>已固定為 %1</translation>
    </message>
    <message>
        <source>takes %1</source>
        <translation>採用 %1</translation>
    </message>
    <message>
        <source>no plan yet</source>
        <translation>尚無規劃</translation>
    </message>
    <message>
        <source>Pin to %1</source>
        <translation>固定為 %1</translation>
    </message>
    <message>
        <source>Unpin</source>
        <translation>取消固定</translation>
    </message>
    <message>
        <source>Element, row %1, column %2</source>
        <translation>元素，第 %1 列，第 %2 行</translation>
    </message>
    <message>
        <source>code %1</source>
        <translation>碼 %1</translation>
    </message>
    <message>
        <source>clipped</source>
        <translation>截斷</translation>
    </message>
    <message>
        <source>error %1</source>
        <translation>誤差 %1</translation>
    </message>
    <message>
        <source>Error, %1</source>
        <translation>%1 的誤差</translation>
    </message>
</context>
<context>
    <name>app::ErrorPanel</name>
    <message>
        <source>scheme</source>
        <translation>方案</translation>
    </message>
    <message>
        <source>from</source>
        <translation>自</translation>
    </message>
    <message>
        <source>to</source>
        <translation>至</translation>
    </message>
    <message>
        <source>elements</source>
        <translation>元素</translation>
    </message>
    <message>
        <source>of them clipped</source>
        <translation>其中截斷</translation>
    </message>
    <message>
        <source>error ŵ − w, in weight units</source>
        <translation>誤差 ŵ − w，權重單位</translation>
    </message>
    <message>
        <source>−½ Δ here</source>
        <translation>此處 −½ Δ</translation>
    </message>
    <message>
        <source>½ Δ here</source>
        <translation>此處 ½ Δ</translation>
    </message>
    <message>
        <source>error ŵ − w, in local steps Δ; beyond ±1 in the end bins</source>
        <translation>誤差 ŵ − w，以局部步長 Δ 為單位；超過 ±1 者計入兩端</translation>
    </message>
    <message>
        <source>−½ Δ</source>
        <translation>−½ Δ</translation>
    </message>
    <message>
        <source>½ Δ</source>
        <translation>½ Δ</translation>
    </message>
    <message>
        <source>1/√12 Δ: RMSE of even rounding</source>
        <translation>1/√12 Δ：均勻捨入的 RMSE</translation>
    </message>
    <message>
        <source>select a tensor</source>
        <translation>請選取張量</translation>
    </message>
    <message>
        <source>all 0: %1 restores every element exactly</source>
        <translation>全為 0：%1 精確還原每個元素</translation>
    </message>
    <message>
        <source>%1 cannot take this tensor:
%2</source>
        <translation>%1 無法套用於此張量：
%2</translation>
    </message>
    <message>
        <source>measuring every element …</source>
        <translation>正在量測每個元素…</translation>
    </message>
    <message>
        <source>not all selected tensors are measured with %1;
press Analyze</source>
        <translation>並非所有選取的張量都以 %1 量測過；
請按「全部分析」</translation>
    </message>
    <message>
        <source>not measured with %1 yet;
press Analyze</source>
        <translation>尚未以 %1 量測；
請按「全部分析」</translation>
    </message>
    <message>
        <source>Error of quantization</source>
        <translation>量化誤差</translation>
    </message>
    <message>
        <source> · all %1 elements</source>
        <translation> · 全部 %1 個元素</translation>
    </message>
    <message>
        <source>clipped elements</source>
        <translation>截斷的元素</translation>
    </message>
    <message>
        <source>median |e|</source>
        <translation>|e| 中位數</translation>
    </message>
    <message>
        <source>Half of all elements err by less.</source>
        <translation>半數元素的誤差小於此值。</translation>
    </message>
    <message>
        <source>95 % of |e|</source>
        <translation>95 % 的 |e|</translation>
    </message>
    <message>
        <source>99 % of |e|</source>
        <translation>99 % 的 |e|</translation>
    </message>
    <message>
        <source>largest |e|</source>
        <translation>最大 |e|</translation>
    </message>
    <message>
        <source>RMSE</source>
        <translation>RMSE</translation>
    </message>
    <message>
        <source>Root of the mean squared error, √(Σe²/n).</source>
        <translation>均方誤差的平方根，√(Σe²/n)。</translation>
    </message>
    <message>
        <source>SQNR</source>
        <translation>SQNR</translation>
    </message>
    <message>
        <source>10 log₁₀(Σw² / Σe²)</source>
        <translation>10 log₁₀(Σw² / Σe²)</translation>
    </message>
    <message>
        <source>MSE by rounding</source>
        <translation>捨入造成的 MSE</translation>
    </message>
    <message>
        <source>Share of Σe² of the elements whose code was not clipped.</source>
        <translation>碼未被截斷的元素占 Σe² 的比例。</translation>
    </message>
    <message>
        <source>MSE by clipping</source>
        <translation>截斷造成的 MSE</translation>
    </message>
    <message>
        <source>Share of Σe² of the elements whose code was clipped.</source>
        <translation>碼被截斷的元素占 Σe² 的比例。</translation>
    </message>
    <message>
        <source>weight units</source>
        <translation>權重單位</translation>
    </message>
    <message>
        <source>steps Δ</source>
        <translation>步長 Δ</translation>
    </message>
    <message>
        <source>counts</source>
        <translation>計數</translation>
    </message>
    <message>
        <source>log counts</source>
        <translation>對數計數</translation>
    </message>
    <message>
        <source>density</source>
        <translation>密度</translation>
    </message>
    <message>
        <source>Unit of the error</source>
        <translation>誤差的單位</translation>
    </message>
    <message>
        <source>What the height of the error means</source>
        <translation>誤差高度的意義</translation>
    </message>
    <message>
        <source>Overlay schemes</source>
        <translation>疊加方案</translation>
    </message>
    <message>
        <source>Schemes laid over the current one</source>
        <translation>疊加在目前方案上的方案</translation>
    </message>
    <message>
        <source>plain: rounding; hatched: clipping; each element once</source>
        <translation>素色：捨入；斜線：截斷；每個元素計一次</translation>
    </message>
    <message>
        <source>of what is stored no step Δ is known;
see the error in weight units</source>
        <translation>儲存值的步長 Δ 未知；
請改看權重單位的誤差</translation>
    </message>
</context>
<context>
    <name>app::HeatMapView</name>
    <message>
        <source>RMSE per column, up to %1</source>
        <translation>各行 RMSE，最大 %1</translation>
    </message>
    <message>
        <source>RMSE per row, up to %1</source>
        <translation>各列 RMSE，最大 %1</translation>
    </message>
    <message>
        <source>column (input channel)</source>
        <translation>行（輸入通道）</translation>
    </message>
    <message>
        <source>row (output channel)</source>
        <translation>列（輸出通道）</translation>
    </message>
    <message>
        <source>no finite value</source>
        <translation>沒有有限值</translation>
    </message>
    <message>
        <source>row %1, column %2: %3 = %4</source>
        <translation>第 %1 列，第 %2 行：%3 = %4</translation>
    </message>
    <message>
        <source>rows %1–%2, columns %3–%4: %5 = %7 (%6)</source>
        <translation>第 %1–%2 列，第 %3–%4 行：%5 = %7（%6）</translation>
    </message>
</context>
<context>
    <name>app::HistogramView</name>
    <message>
        <source>density</source>
        <translation>密度</translation>
    </message>
    <message>
        <source>share per octave</source>
        <translation>每八度占比</translation>
    </message>
    <message>
        <source>elements per octave</source>
        <translation>每八度元素數</translation>
    </message>
    <message>
        <source>refining …</source>
        <translation>細算中…</translation>
    </message>
    <message>
        <source>[%1, %2)</source>
        <translation>[%1, %2)</translation>
    </message>
    <message>
        <source>   %1 of %2 (%3)</source>
        <translation>   %1／%2（%3）</translation>
    </message>
    <message>
        <source>about %1</source>
        <translation>約 %1</translation>
    </message>
    <message>
        <source>   %1 clipped</source>
        <translation>   截斷 %1</translation>
    </message>
    <message>
        <source>   code %1</source>
        <translation>   碼 %1</translation>
    </message>
    <message>
        <source>elements</source>
        <translation>元素</translation>
    </message>
    <message>
        <source>elements per bin of %1</source>
        <translation>每格元素數，格寬 %1</translation>
    </message>
    <message>
        <source>◂ %1 more</source>
        <translation>◂ 還有 %1</translation>
    </message>
    <message>
        <source>%1 more ▸</source>
        <translation>還有 %1 ▸</translation>
    </message>
</context>
<context>
    <name>app::HistogramsPage</name>
    <message>
        <source>Histograms of values and errors</source>
        <translation>數值與誤差的直方圖</translation>
    </message>
    <message>
        <source>Open a model: here stand all values of the chosen tensor with the grid of its scheme, and the signed error of every element.</source>
        <translation>開啟模型：此處顯示所選張量的所有數值與方案的量化格點，以及每個元素帶正負號的誤差。</translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation>開啟模型</translation>
    </message>
</context>
<context>
    <name>app::MainWindow</name>
    <message>
        <source>&amp;File</source>
        <translation>檔案(&amp;F)</translation>
    </message>
    <message>
        <source>Open file…</source>
        <translation>開啟檔案…</translation>
    </message>
    <message>
        <source>Open folder…</source>
        <translation>開啟資料夾…</translation>
    </message>
    <message>
        <source>Open recent</source>
        <translation>開啟最近使用的檔案</translation>
    </message>
    <message>
        <source>Nothing yet</source>
        <translation>尚無項目</translation>
    </message>
    <message>
        <source>Save session as…</source>
        <translation>另存工作階段…</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>結束</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>檢視(&amp;V)</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>上一頁</translation>
    </message>
    <message>
        <source>Forward</source>
        <translation>下一頁</translation>
    </message>
    <message>
        <source>Context panel</source>
        <translation>資訊面板</translation>
    </message>
    <message>
        <source>Dark theme</source>
        <translation>深色主題</translation>
    </message>
    <message>
        <source>&amp;Analyze</source>
        <translation>分析(&amp;A)</translation>
    </message>
    <message>
        <source>Analyze all tensors</source>
        <translation>分析所有張量</translation>
    </message>
    <message>
        <source>Analyze this tensor</source>
        <translation>分析此張量</translation>
    </message>
    <message>
        <source>Cancel what runs</source>
        <translation>取消進行中的工作</translation>
    </message>
    <message>
        <source>%1 – Quantoscope</source>
        <translation>%1 – Quantoscope</translation>
    </message>
    <message>
        <source>The checkpoint of this session is not where it was</source>
        <translation>此工作階段的檢查點已不在原處</translation>
    </message>
    <message>
        <source>%1
Its measurements and plans are here; histograms in detail and maps need the file.</source>
        <translation>%1
量測與規劃仍在；詳細直方圖與圖譜需要原檔案。</translation>
    </message>
    <message>
        <source>Locate…</source>
        <translation>尋找…</translation>
    </message>
    <message>
        <source>Locate the checkpoint</source>
        <translation>尋找檢查點</translation>
    </message>
    <message numerus="yes">
        <source>%1 is being opened; one model at a time, so %n files were left out.</source>
        <translation>
            <numerusform>正在開啟 %1；一次只能開啟一個模型，略過了 %n 個檔案。</numerusform>
        </translation>
    </message>
    <message>
        <source>Open a checkpoint or a session</source>
        <translation>開啟檢查點或工作階段</translation>
    </message>
    <message>
        <source>Checkpoints and sessions (%1)</source>
        <translation>檢查點與工作階段 (%1)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>所有檔案 (*)</translation>
    </message>
    <message>
        <source>Open a folder that holds a model</source>
        <translation>開啟含有模型的資料夾</translation>
    </message>
    <message>
        <source>Save the session</source>
        <translation>儲存工作階段</translation>
    </message>
    <message>
        <source>Sessions (*.qscope)</source>
        <translation>工作階段 (*.qscope)</translation>
    </message>
    <message>
        <source>Saved %1; it is kept up to date from now on.</source>
        <translation>已儲存 %1；之後會自動更新。</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>語言</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>編輯(&amp;E)</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>復原</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>Copy link</source>
        <translation>複製連結</translation>
    </message>
    <message>
        <source>Copied %1</source>
        <translation>已複製 %1</translation>
    </message>
    <message>
        <source>Search anything…</source>
        <translation>搜尋任何項目…</translation>
    </message>
    <message>
        <source>Not known here, left out: %1</source>
        <translation>此處不認得，已略過：%1</translation>
    </message>
    <message>
        <source>page</source>
        <translation>頁面</translation>
    </message>
    <message>
        <source>page, %1</source>
        <translation>頁面，%1</translation>
    </message>
    <message>
        <source>act</source>
        <translation>動作</translation>
    </message>
    <message>
        <source>act, %1</source>
        <translation>動作，%1</translation>
    </message>
    <message>
        <source>scheme</source>
        <translation>方案</translation>
    </message>
    <message>
        <source>add a scheme</source>
        <translation>加入方案</translation>
    </message>
    <message>
        <source>tensor</source>
        <translation>張量</translation>
    </message>
    <message>
        <source>Saved %1</source>
        <translation>已儲存 %1</translation>
    </message>
    <message>
        <source>Role rules…</source>
        <translation>角色規則…</translation>
    </message>
    <message>
        <source>Compare with original…</source>
        <translation>與原始模型比較…</translation>
    </message>
    <message>
        <source>Was %1 made from this model?</source>
        <translation>%1 是由此模型量化而來的嗎？</translation>
    </message>
    <message>
        <source>What it stores can be compared with this original, layer by layer.</source>
        <translation>可逐層比較它所儲存的數值與此原始模型。</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>比較</translation>
    </message>
    <message>
        <source>Open the checkpoint that this model was made from</source>
        <translation>開啟此模型量化前的檢查點</translation>
    </message>
    <message>
        <source>Checkpoints (%1)</source>
        <translation>檢查點 (%1)</translation>
    </message>
</context>
<context>
    <name>app::MapsPage</name>
    <message>
        <source>row</source>
        <translation>列</translation>
    </message>
    <message>
        <source>RMSE of the row</source>
        <translation>該列的 RMSE</translation>
    </message>
    <message>
        <source>Maps of a tensor</source>
        <translation>張量圖譜</translation>
    </message>
    <message>
        <source>Open a model: here stands each tensor as a picture, weights, errors, codes and scales, from the whole matrix down to one element.</source>
        <translation>開啟模型：此處以圖像顯示每個張量的權重、誤差、碼與縮放因子，從整個矩陣到單一元素。</translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation>開啟模型</translation>
    </message>
    <message>
        <source>select a tensor</source>
        <translation>請選取張量</translation>
    </message>
    <message>
        <source>the checkpoint of this session is not where it was</source>
        <translation>此工作階段的檢查點已不在原處</translation>
    </message>
    <message>
        <source>reading every element …</source>
        <translation>正在讀取每個元素…</translation>
    </message>
    <message>
        <source>this scheme has no codes of at most 8 bits</source>
        <translation>此方案沒有 8 位元以內的碼</translation>
    </message>
    <message>
        <source>no finite values</source>
        <translation>沒有有限值</translation>
    </message>
    <message>
        <source>weight w</source>
        <translation>權重 w</translation>
    </message>
    <message>
        <source>restored ŵ</source>
        <translation>還原值 ŵ</translation>
    </message>
    <message>
        <source>error ŵ − w</source>
        <translation>誤差 ŵ − w</translation>
    </message>
    <message>
        <source>error in steps Δ</source>
        <translation>誤差（步長 Δ）</translation>
    </message>
    <message>
        <source>code</source>
        <translation>碼</translation>
    </message>
    <message>
        <source>scale</source>
        <translation>縮放因子</translation>
    </message>
    <message>
        <source>each element</source>
        <translation>每個元素</translation>
    </message>
    <message>
        <source>%1 × %2</source>
        <translation>%1 × %2</translation>
    </message>
    <message>
        <source>largest of %1, with its sign</source>
        <translation>%1 中最大者，帶正負號</translation>
    </message>
    <message>
        <source>largest magnitude of %1</source>
        <translation>%1 中的最大量值</translation>
    </message>
    <message>
        <source>root mean square of %1</source>
        <translation>%1 的均方根</translation>
    </message>
    <message>
        <source>mean of %1</source>
        <translation>%1 的平均</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%2 的%1</translation>
    </message>
    <message>
        <source>%1 · %2 · all %3 elements</source>
        <translation>%1 · %2 · 全部 %3 個元素</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>row %1, column %2</source>
        <translation>第 %1 列，第 %2 行</translation>
    </message>
    <message>
        <source>The stored weight w.</source>
        <translation>儲存的權重 w。</translation>
    </message>
    <message>
        <source>÷ scale</source>
        <translation>÷ 縮放因子</translation>
    </message>
    <message>
        <source>The step Δ of its region.</source>
        <translation>所屬區域的步長 Δ。</translation>
    </message>
    <message>
        <source>= before rounding</source>
        <translation>= 捨入前</translation>
    </message>
    <message>
        <source>w ÷ scale</source>
        <translation>w ÷ 縮放因子</translation>
    </message>
    <message>
        <source>%1, clipped</source>
        <translation>%1，截斷</translation>
    </message>
    <message>
        <source>Rounded to a whole number, then kept inside the range.</source>
        <translation>捨入為整數，再限制於範圍內。</translation>
    </message>
    <message>
        <source>zero point</source>
        <translation>零點</translation>
    </message>
    <message>
        <source>restored</source>
        <translation>還原值</translation>
    </message>
    <message>
        <source>scale × (code − zero)</source>
        <translation>縮放因子 ×（碼 − 零點）</translation>
    </message>
    <message>
        <source>error in Δ</source>
        <translation>誤差（Δ）</translation>
    </message>
    <message>
        <source>Rounding alone stays within ±½.</source>
        <translation>僅捨入時不超過 ±½。</translation>
    </message>
    <message>
        <source>worst %1 of %2 kept: %3</source>
        <translation>保留的 %2 個最差者中第 %1 個：%3</translation>
    </message>
    <message>
        <source>Weights w</source>
        <translation>權重 w</translation>
    </message>
    <message>
        <source>Restored ŵ</source>
        <translation>還原值 ŵ</translation>
    </message>
    <message>
        <source>Error ŵ − w</source>
        <translation>誤差 ŵ − w</translation>
    </message>
    <message>
        <source>Error in steps Δ</source>
        <translation>誤差（步長 Δ）</translation>
    </message>
    <message>
        <source>Codes</source>
        <translation>碼</translation>
    </message>
    <message>
        <source>Scales</source>
        <translation>縮放因子</translation>
    </message>
    <message>
        <source>largest, with sign</source>
        <translation>最大，帶正負號</translation>
    </message>
    <message>
        <source>largest magnitude</source>
        <translation>最大量值</translation>
    </message>
    <message>
        <source>root mean square</source>
        <translation>均方根</translation>
    </message>
    <message>
        <source>mean</source>
        <translation>平均</translation>
    </message>
    <message>
        <source>colours to 99 %</source>
        <translation>色彩至 99 %</translation>
    </message>
    <message>
        <source>colours to the largest</source>
        <translation>色彩至最大值</translation>
    </message>
    <message>
        <source>What the map shows</source>
        <translation>圖譜顯示的內容</translation>
    </message>
    <message>
        <source>What a cell of many elements shows</source>
        <translation>含多個元素的格子顯示什麼</translation>
    </message>
    <message>
        <source>Limits of the colours</source>
        <translation>色彩的界限</translation>
    </message>
    <message>
        <source>Whole</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Show the whole tensor (0)</source>
        <translation>顯示整個張量（0）</translation>
    </message>
    <message>
        <source>1 : 1</source>
        <translation>1 : 1</translation>
    </message>
    <message>
        <source>One pixel an element</source>
        <translation>一個像素一個元素</translation>
    </message>
    <message>
        <source>Element</source>
        <translation>元素</translation>
    </message>
    <message>
        <source>Zoom to the current element, with numbers in the cells</source>
        <translation>放大到目前元素，格中顯示數字</translation>
    </message>
    <message>
        <source>Next worst</source>
        <translation>下一個最差</translation>
    </message>
    <message>
        <source>Go to the element of the next largest error (N); Shift+N goes back</source>
        <translation>前往誤差次大的元素（N）；Shift+N 返回</translation>
    </message>
    <message>
        <source>point at the map, click an element; wheel zooms, drag pans, N goes to the next worst</source>
        <translation>指向圖譜，點選元素；滾輪縮放，拖曳平移，N 前往下一個最差</translation>
    </message>
    <message>
        <source>(w + minimum %1) ÷ scale</source>
        <translation>（w + 最小值 %1）÷ 縮放因子</translation>
    </message>
    <message>
        <source>scale × code − minimum</source>
        <translation>縮放因子 × 碼 − 最小值</translation>
    </message>
    <message>
        <source>Stored codes</source>
        <translation>儲存的碼</translation>
    </message>
    <message>
        <source>Stored scales</source>
        <translation>儲存的縮放因子</translation>
    </message>
</context>
<context>
    <name>app::MeasureQueue</name>
    <message>
        <source>Measuring</source>
        <translation>量測中</translation>
    </message>
</context>
<context>
    <name>app::MessageBar</name>
    <message>
        <source>What to do: %1</source>
        <translation>建議：%1</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>複製</translation>
    </message>
    <message>
        <source>Copy the message</source>
        <translation>複製訊息</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>關閉</translation>
    </message>
    <message>
        <source>Dismiss the message</source>
        <translation>關閉訊息</translation>
    </message>
    <message>
        <source>What to do</source>
        <translation>建議的動作</translation>
    </message>
</context>
<context>
    <name>app::ParetoView</name>
    <message>
        <source>Damage against bits per weight</source>
        <translation>損害與每權重位元數</translation>
    </message>
    <message>
        <source>Click at a size to plan for it</source>
        <translation>點選大小即以此為預算規劃</translation>
    </message>
    <message>
        <source>bits per weight, all tensors</source>
        <translation>每權重位元數（所有張量）</translation>
    </message>
    <message>
        <source>damage</source>
        <translation>損害</translation>
    </message>
    <message>
        <source>this plan</source>
        <translation>此規劃</translation>
    </message>
    <message>
        <source>The plan has %1 and damage %2</source>
        <translation>此規劃為 %1，損害 %2</translation>
    </message>
</context>
<context>
    <name>app::PlanModel</name>
    <message>
        <source>%1 (pinned)</source>
        <translation>%1（固定）</translation>
    </message>
    <message>
        <source>Tensor</source>
        <translation>張量</translation>
    </message>
    <message>
        <source>Scheme</source>
        <translation>方案</translation>
    </message>
    <message>
        <source>Bits</source>
        <translation>位元</translation>
    </message>
    <message>
        <source>MiB</source>
        <translation>MiB</translation>
    </message>
    <message>
        <source>Damage</source>
        <translation>損害</translation>
    </message>
    <message>
        <source>Share</source>
        <translation>占比</translation>
    </message>
    <message>
        <source>Next change</source>
        <translation>下次變動</translation>
    </message>
    <message>
        <source>Bits per weight of this tensor, scales included</source>
        <translation>此張量的每權重位元數，含縮放因子</translation>
    </message>
    <message>
        <source>What this choice adds to the objective</source>
        <translation>此選擇對目標的貢獻</translation>
    </message>
    <message>
        <source>Its part of the whole damage</source>
        <translation>占總損害的比例</translation>
    </message>
    <message>
        <source>The budget, in bits per weight, at which the exact plan takes another choice here</source>
        <translation>最佳規劃在此張量改選其他方案時的預算（每權重位元數）</translation>
    </message>
</context>
<context>
    <name>app::PlanPage</name>
    <message>
        <source>The plan takes it at %1 bits per weight.</source>
        <translation>預算為每權重 %1 位元時會採用。</translation>
    </message>
    <message>
        <source>Budget</source>
        <translation>預算</translation>
    </message>
    <message>
        <source>Budget in bits per weight</source>
        <translation>以每權重位元數表示的預算</translation>
    </message>
    <message>
        <source>Budget as text</source>
        <translation>以文字輸入預算</translation>
    </message>
    <message>
        <source>A size: 4.5bpw, 338MiB, 6GB</source>
        <translation>大小：4.5bpw、338MiB、6GB</translation>
    </message>
    <message>
        <source>Save plan…</source>
        <translation>儲存規劃…</translation>
    </message>
    <message>
        <source>Save the plan as plan.json</source>
        <translation>將規劃存為 plan.json</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>匯出</translation>
    </message>
    <message>
        <source>Export the plan for a toolchain</source>
        <translation>為工具鏈匯出規劃</translation>
    </message>
    <message>
        <source>Damage by</source>
        <translation>損害指標</translation>
    </message>
    <message>
        <source>Metric that the plan minimises</source>
        <translation>規劃所最小化的指標</translation>
    </message>
    <message>
        <source>Damage</source>
        <translation>損害</translation>
    </message>
    <message>
        <source>Lower bound</source>
        <translation>下界</translation>
    </message>
    <message>
        <source>Gap</source>
        <translation>差距</translation>
    </message>
    <message>
        <source>Solved in</source>
        <translation>求解時間</translation>
    </message>
    <message>
        <source>Best uniform scheme that fits</source>
        <translation>預算內最佳的單一方案</translation>
    </message>
    <message>
        <source>Assignments</source>
        <translation>分配</translation>
    </message>
    <message>
        <source>The plan of your model stands here</source>
        <translation>模型的規劃會顯示在此</translation>
    </message>
    <message>
        <source>Open a model, measure it once, and set a budget: the exact best choice of schemes follows.</source>
        <translation>開啟模型、量測一次並設定預算，即可得到確切的最佳方案組合。</translation>
    </message>
    <message>
        <source>Open file…</source>
        <translation>開啟檔案…</translation>
    </message>
    <message>
        <source>Measuring</source>
        <translation>量測中</translation>
    </message>
    <message>
        <source>%1 of %2 pairs of tensor and scheme are done. The plan appears when all are.</source>
        <translation>已完成 %1／%2 組張量與方案。全部完成後即顯示規劃。</translation>
    </message>
    <message>
        <source>There is no plan for this budget</source>
        <translation>此預算沒有可行的規劃</translation>
    </message>
    <message>
        <source>Analyze all</source>
        <translation>全部分析</translation>
    </message>
    <message>
        <source>A plan needs measurements</source>
        <translation>規劃需要量測</translation>
    </message>
    <message>
        <source>Every tensor under every scheme, once: %1 pairs. They are kept, and the plan is solved in milliseconds.</source>
        <translation>每個張量以每個方案量測一次，共 %1 組。結果會保留，規劃在毫秒內求解。</translation>
    </message>
    <message>
        <source>smallest %1</source>
        <translation>最小 %1</translation>
    </message>
    <message>
        <source>largest useful %1</source>
        <translation>最大有用 %1</translation>
    </message>
    <message>
        <source>%1 (optimal)</source>
        <translation>%1（最佳）</translation>
    </message>
    <message>
        <source>%1: %2 (plan %3)</source>
        <translation>%1：%2（規劃 %3）</translation>
    </message>
    <message>
        <source>none fits</source>
        <translation>沒有符合者</translation>
    </message>
    <message>
        <source>%1 is as good: take it</source>
        <translation>%1 同樣好：採用它</translation>
    </message>
    <message numerus="yes">
        <source>%n tensors with a choice</source>
        <translation>
            <numerusform>%n 個張量可選方案</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stay as stored</source>
        <translation>
            <numerusform>%n 個維持原樣</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 of %2 pairs are measured</source>
        <translation>已量測 %1／%2 組</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Select a row: why it got its scheme stands here.</source>
        <translation>選取一列：此處會說明它為何得到該方案。</translation>
    </message>
    <message>
        <source>%1 takes %2</source>
        <translation>%1 採用 %2</translation>
    </message>
    <message>
        <source>It is pinned.</source>
        <translation>已固定。</translation>
    </message>
    <message>
        <source>Up to %1: %2, damage %3.</source>
        <translation>升為 %1：%2，損害 %3。</translation>
    </message>
    <message>
        <source>Down to %1: %2, damage %3.</source>
        <translation>降為 %1：%2，損害 %3。</translation>
    </message>
    <message>
        <source>There is no better candidate.</source>
        <translation>沒有更好的候選方案。</translation>
    </message>
    <message>
        <source>There is no smaller candidate.</source>
        <translation>沒有更小的候選方案。</translation>
    </message>
    <message>
        <source>A byte is worth %1 damage at this budget.</source>
        <translation>在此預算下，一個位元組值 %1 損害。</translation>
    </message>
    <message>
        <source>Unpin</source>
        <translation>取消固定</translation>
    </message>
    <message>
        <source>Pin to %1</source>
        <translation>固定為 %1</translation>
    </message>
    <message>
        <source>Save the plan</source>
        <translation>儲存規劃</translation>
    </message>
    <message>
        <source>Plans (*.json)</source>
        <translation>規劃 (*.json)</translation>
    </message>
    <message>
        <source>Saved %1</source>
        <translation>已儲存 %1</translation>
    </message>
    <message>
        <source>Export the plan</source>
        <translation>匯出規劃</translation>
    </message>
    <message numerus="yes">
        <source>Wrote %n files</source>
        <translation>
            <numerusform>已寫入 %n 個檔案</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n tensors take the nearest type</source>
        <translation>
            <numerusform>%n 個張量採用最接近的型別</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n tensors are left out</source>
        <translation>
            <numerusform>略過 %n 個張量</numerusform>
        </translation>
    </message>
    <message>
        <source>Damage against size</source>
        <translation>損害與大小</translation>
    </message>
</context>
<context>
    <name>app::Rail</name>
    <message>
        <source>Look</source>
        <translation>檢視</translation>
    </message>
    <message>
        <source>Decide</source>
        <translation>決定</translation>
    </message>
    <message>
        <source>Learn</source>
        <translation>學習</translation>
    </message>
</context>
<context>
    <name>app::ReadOutLine</name>
    <message>
        <source>Read-out</source>
        <translation>讀數</translation>
    </message>
</context>
<context>
    <name>app::RoleRulesDialog</name>
    <message>
        <source>Role rules</source>
        <translation>角色規則</translation>
    </message>
    <message>
        <source>A tensor has the role of the rule whose pattern (RE2 syntax) is found in its name without its suffix. {A} and {M} stand for the ways to write attention and MLP.</source>
        <translation>張量的名稱去掉後綴後，符合哪一條規則的樣式（RE2 語法），就是那個角色。{A} 與 {M} 代表注意力與 MLP 的各種寫法。</translation>
    </message>
    <message>
        <source>Names that no rule or several rules match</source>
        <translation>沒有規則或有多條規則符合的名稱</translation>
    </message>
    <message>
        <source>Add rule</source>
        <translation>新增規則</translation>
    </message>
    <message>
        <source>A new rule at the end of the table</source>
        <translation>在表格末尾新增一條規則</translation>
    </message>
    <message>
        <source>Remove rule</source>
        <translation>移除規則</translation>
    </message>
    <message>
        <source>Removes the current rule</source>
        <translation>移除目前的規則</translation>
    </message>
    <message>
        <source>Reset to built-in</source>
        <translation>還原為內建規則</translation>
    </message>
    <message>
        <source>Shows the built-in table; Apply takes it</source>
        <translation>顯示內建的規則表；按「套用」才會採用</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>套用</translation>
    </message>
    <message>
        <source>Saves the table and assigns the open model&apos;s roles by it</source>
        <translation>儲存規則表，並據此重新指派已開啟模型的角色</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>關閉</translation>
    </message>
    <message>
        <source>Leaves what is not applied</source>
        <translation>不保留尚未套用的變更</translation>
    </message>
    <message>
        <source>In force: the built-in table</source>
        <translation>目前採用：內建規則表</translation>
    </message>
    <message>
        <source>In force: %1</source>
        <translation>目前採用：%1</translation>
    </message>
    <message numerus="yes">
        <source>%n problems: the table cannot be applied</source>
        <translation>
            <numerusform>%n 個問題：無法套用此規則表</numerusform>
        </translation>
    </message>
    <message>
        <source>Not applied yet</source>
        <translation>尚未套用</translation>
    </message>
    <message>
        <source>Open a model to see what each rule matches.</source>
        <translation>開啟模型，即可看到每條規則符合哪些張量。</translation>
    </message>
    <message numerus="yes">
        <source>%n more</source>
        <translation>
            <numerusform>還有 %n 個</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Several rules match %n names</source>
        <translation>
            <numerusform>%n 個名稱有多條規則符合</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>No rule matches %n names</source>
        <translation>
            <numerusform>%n 個名稱沒有規則符合</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>app::RoleRulesModel</name>
    <message>
        <source>%1; %2</source>
        <translation>%1；%2</translation>
    </message>
    <message>
        <source>byte %1: %2</source>
        <translation>第 %1 位元組：%2</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>角色</translation>
    </message>
    <message>
        <source>Pattern</source>
        <translation>樣式</translation>
    </message>
    <message>
        <source>Families</source>
        <translation>模型家族</translation>
    </message>
    <message>
        <source>Matches</source>
        <translation>符合數</translation>
    </message>
</context>
<context>
    <name>app::SchemeChip</name>
    <message>
        <source>Scheme %1</source>
        <translation>方案 %1</translation>
    </message>
    <message>
        <source>%1: click to show it, Del takes it away</source>
        <translation>%1：按一下顯示，按 Del 移除</translation>
    </message>
</context>
<context>
    <name>app::SchemeChips</name>
    <message>
        <source>Add or remove schemes</source>
        <translation>新增或移除方案</translation>
    </message>
    <message numerus="yes">
        <source>%n more schemes</source>
        <translation>
            <numerusform>還有 %n 個方案</numerusform>
        </translation>
    </message>
    <message>
        <source>What is stored, held against %1; Del takes it away</source>
        <translation>所儲存的數值，與 %1 比較；按 Del 移除</translation>
    </message>
    <message numerus="yes">
        <source>%n tensors have no original there:</source>
        <translation>
            <numerusform>%n 個張量在其中沒有對應：</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>app::SchemeEditor</name>
    <message>
        <source>Schemes to compare</source>
        <translation>比較的方案</translation>
    </message>
    <message>
        <source>Add another</source>
        <translation>新增方案</translation>
    </message>
    <message>
        <source>Scheme as text</source>
        <translation>以文字輸入方案</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>新增</translation>
    </message>
    <message>
        <source>Add the scheme</source>
        <translation>新增此方案</translation>
    </message>
    <message>
        <source>Remove %1</source>
        <translation>移除 %1</translation>
    </message>
    <message>
        <source>%1 is compared already</source>
        <translation>%1 已在比較中</translation>
    </message>
    <message>
        <source>Search the methods</source>
        <translation>搜尋方法</translation>
    </message>
    <message>
        <source>Search, or type a scheme</source>
        <translation>搜尋，或輸入方案</translation>
    </message>
    <message>
        <source>Methods</source>
        <translation>方法</translation>
    </message>
    <message>
        <source>Adds %1</source>
        <translation>將加入 %1</translation>
    </message>
</context>
<context>
    <name>app::SchemeForm</name>
    <message>
        <source>%1 and more</source>
        <translation>%1 以上</translation>
    </message>
    <message>
        <source>default %1</source>
        <translation>預設 %1</translation>
    </message>
    <message>
        <source>This method has no parameters.</source>
        <translation>此方法沒有參數。</translation>
    </message>
    <message>
        <source>not set</source>
        <translation>未設定</translation>
    </message>
</context>
<context>
    <name>app::SensitivityGrid</name>
    <message>
        <source>%1: no such tensor</source>
        <translation>%1：沒有此張量</translation>
    </message>
    <message>
        <source>%1: %2, not measured</source>
        <translation>%1：%2，尚未量測</translation>
    </message>
    <message>
        <source>%1: %2, refused: %3</source>
        <translation>%1：%2，無法套用：%3</translation>
    </message>
    <message>
        <source>%1: %2 in %3, the worst of %4 tensors</source>
        <translation>%1：%2（%3），%4 個張量中最差</translation>
    </message>
    <message>
        <source>%1: %2 in %3</source>
        <translation>%1：%2（%3）</translation>
    </message>
</context>
<context>
    <name>app::SensitivityPage</name>
    <message>
        <source>layer</source>
        <translation>層</translation>
    </message>
    <message>
        <source>role</source>
        <translation>角色</translation>
    </message>
    <message>
        <source>tensor</source>
        <translation>張量</translation>
    </message>
    <message>
        <source>value</source>
        <translation>值</translation>
    </message>
    <message>
        <source>%1 = %2</source>
        <translation>%1 = %2</translation>
    </message>
    <message>
        <source>outside</source>
        <translation>範圍外</translation>
    </message>
    <message>
        <source>layer %1</source>
        <translation>第 %1 層</translation>
    </message>
    <message>
        <source>The sensitivity map</source>
        <translation>敏感度圖</translation>
    </message>
    <message>
        <source>Open a model: here stand its layers and roles, coloured by what each loses.</source>
        <translation>開啟模型：此處顯示各層與角色，依其損失著色。</translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation>開啟模型</translation>
    </message>
    <message>
        <source>Nothing to map</source>
        <translation>沒有可顯示的張量</translation>
    </message>
    <message>
        <source>No tensor of this file is a weight that a plan may quantize.</source>
        <translation>此檔案沒有可量化的權重。</translation>
    </message>
    <message numerus="yes">
        <source>Analyze to fill it: every element of %n tensors under each scheme.</source>
        <translation>
            <numerusform>按「全部分析」填入：以每個方案量測 %n 個張量的每個元素。</numerusform>
        </translation>
    </message>
    <message>
        <source>Analyze all</source>
        <translation>全部分析</translation>
    </message>
    <message>
        <source>Sensitivity by layer and role</source>
        <translation>各層與角色的敏感度</translation>
    </message>
    <message>
        <source>%1 · %2 · %3 of %4 measurements</source>
        <translation>%1 · %2 · 量測 %3／%4</translation>
    </message>
    <message>
        <source>not measured</source>
        <translation>尚未量測</translation>
    </message>
    <message>
        <source>Worst first</source>
        <translation>由最差排起</translation>
    </message>
    <message numerus="yes">
        <source>%n tensors by %1</source>
        <translation>
            <numerusform>%n 個張量，依 %1</numerusform>
        </translation>
    </message>
    <message>
        <source>Spearman&apos;s rank correlation over the tensors; &quot;size&quot; is the floor that a metric has to beat.</source>
        <translation>各張量的 Spearman 等級相關；「size」是指標必須超越的底線。</translation>
    </message>
    <message>
        <source>colour by rank</source>
        <translation>依排名著色</translation>
    </message>
    <message>
        <source>colour by log</source>
        <translation>依對數著色</translation>
    </message>
    <message>
        <source>colour linearly</source>
        <translation>線性著色</translation>
    </message>
    <message>
        <source>Metric</source>
        <translation>指標</translation>
    </message>
    <message>
        <source>Scheme</source>
        <translation>方案</translation>
    </message>
    <message>
        <source>How values become colours</source>
        <translation>數值如何轉為色彩</translation>
    </message>
    <message>
        <source>point at a cell; click selects its tensor everywhere, N goes to the next worst</source>
        <translation>指向格子；點選即在各處選取該張量，N 前往下一個最差</translation>
    </message>
    <message>
        <source>%1 in units of %2</source>
        <translation>%1，單位 %2</translation>
    </message>
    <message>
        <source>layer %1, %2</source>
        <translation>第 %1 層，%2</translation>
    </message>
    <message>
        <source>%1; bright: more damage</source>
        <translation>%1；越亮損害越大</translation>
    </message>
    <message>
        <source>Do the metrics agree? That takes %1 tensors; %2 are measured.</source>
        <translation>指標是否一致？需要 %1 個張量；已量測 %2 個。</translation>
    </message>
    <message>
        <source>Do the metrics agree? Rank correlation (Spearman), n = %1; size is the floor.</source>
        <translation>指標是否一致？等級相關（Spearman），n = %1；size 為底線。</translation>
    </message>
    <message>
        <source>%1 ~ %2</source>
        <translation>%1 ~ %2</translation>
    </message>
</context>
<context>
    <name>app::StartPage</name>
    <message>
        <source>See what quantization does to every weight</source>
        <translation>看見量化對每個權重的影響</translation>
    </message>
    <message>
        <source>Open a checkpoint, compare schemes on all of its elements, and get the best bit plan for your budget.</source>
        <translation>開啟檢查點，以全部元素比較各方案，並為您的預算取得最佳位元規劃。</translation>
    </message>
    <message>
        <source>Recent</source>
        <translation>最近使用</translation>
    </message>
    <message>
        <source>1  Open</source>
        <translation>1  開啟</translation>
    </message>
    <message>
        <source>The table of tensors stands there at once; no data is read yet.</source>
        <translation>張量表立即出現，尚不讀取資料。</translation>
    </message>
    <message>
        <source>2  Analyze all</source>
        <translation>2  全部分析</translation>
    </message>
    <message>
        <source>Every element under every scheme. Histograms and the sensitivity map fill while it runs.</source>
        <translation>以每個方案量測每個元素。執行時直方圖與敏感度圖會逐步填滿。</translation>
    </message>
    <message>
        <source>3  Plan</source>
        <translation>3  規劃</translation>
    </message>
    <message>
        <source>Move the budget: the exact best choice of bits follows, with its proof. Save it for your toolchain.</source>
        <translation>移動預算，確切的最佳位元選擇隨即出現並附證明。可存給您的工具鏈使用。</translation>
    </message>
    <message>
        <source>Device: %1</source>
        <translation>裝置：%1</translation>
    </message>
    <message>
        <source>Drop a file or folder here</source>
        <translation>將檔案或資料夾拖放到此</translation>
    </message>
    <message>
        <source>safetensors and PyTorch (also sharded), GGUF, .npy, .npz, or a .qscope session</source>
        <translation>safetensors 與 PyTorch（含分片）、GGUF、.npy、.npz，或 .qscope 工作階段</translation>
    </message>
    <message>
        <source>Open file…</source>
        <translation>開啟檔案…</translation>
    </message>
    <message>
        <source>Open file</source>
        <translation>開啟檔案</translation>
    </message>
    <message>
        <source>Open folder…</source>
        <translation>開啟資料夾…</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>開啟資料夾</translation>
    </message>
    <message>
        <source>Try it on a real model</source>
        <translation>用真實模型試試</translation>
    </message>
    <message>
        <source>Small Llama</source>
        <translation>小型 Llama</translation>
    </message>
    <message>
        <source>A trained 5 M language model. Map and plan in a few seconds.</source>
        <translation>訓練過的 5 M 語言模型，數秒內得到圖譜與規劃。</translation>
    </message>
    <message>
        <source>MiniLM encoder</source>
        <translation>MiniLM 編碼器</translation>
    </message>
    <message>
        <source>Six blocks of a sentence encoder that is used every day.</source>
        <translation>日常使用的句子編碼器的六個區塊。</translation>
    </message>
    <message>
        <source>Learn what a bit does</source>
        <translation>了解一個位元的作用</translation>
    </message>
    <message>
        <source>π in bits</source>
        <translation>π 的位元</translation>
    </message>
    <message>
        <source>The same number in FP64, FP32, BF16, FP16 and below: flip a bit and see it move.</source>
        <translation>同一個數字在 FP64、FP32、BF16、FP16 及更低精度：翻轉一個位元，看它如何變動。</translation>
    </message>
    <message>
        <source>30.2 → 30 → 7</source>
        <translation>30.2 → 30 → 7</translation>
    </message>
    <message>
        <source>What INT8 keeps of it, and why INT4 clips it.</source>
        <translation>INT8 保留了什麼，以及 INT4 為何將它截斷。</translation>
    </message>
    <message>
        <source>Open %1</source>
        <translation>開啟 %1</translation>
    </message>
    <message>
        <source>not there any more</source>
        <translation>已不存在</translation>
    </message>
    <message>
        <source>Forget %1</source>
        <translation>移除記錄 %1</translation>
    </message>
    <message numerus="yes">
        <source>%n tensors</source>
        <translation>
            <numerusform>%n 個張量</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>app::StatusLine</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Cancel what runs</source>
        <translation>取消進行中的工作</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>進度</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>就緒</translation>
    </message>
    <message>
        <source>No model is open</source>
        <translation>尚未開啟模型</translation>
    </message>
    <message numerus="yes">
        <source>%n jobs</source>
        <translation>
            <numerusform>%n 個工作</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n tensors</source>
        <translation>
            <numerusform>%n 個張量</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 selected</source>
        <translation>已選取 %1</translation>
    </message>
    <message>
        <source>Plan: %1 · %2 · gap %3</source>
        <translation>規劃：%1 · %2 · 差距 %3</translation>
    </message>
</context>
<context>
    <name>app::TensorModel</name>
    <message>
        <source>refused: %1</source>
        <translation>無法套用：%1</translation>
    </message>
    <message>
        <source>%1 (pinned)</source>
        <translation>%1（固定）</translation>
    </message>
    <message>
        <source>refused</source>
        <translation>無法套用</translation>
    </message>
    <message>
        <source>exact</source>
        <translation>精確</translation>
    </message>
    <message>
        <source>All values in 32 bins over one scale for every row: %1</source>
        <translation>所有值分為 32 格，各列共用同一尺度：%1</translation>
    </message>
    <message>
        <source>Signal to quantization noise under %1: 10·log₁₀(Σw² / Σe²)</source>
        <translation>%1 的訊號與量化雜訊比：10·log₁₀(Σw² / Σe²)</translation>
    </message>
    <message>
        <source>Share of the elements that %1 clips</source>
        <translation>%1 截斷的元素占比</translation>
    </message>
    <message>
        <source>Excess kurtosis of the values: 0 for a normal distribution, larger with heavy tails</source>
        <translation>數值的超額峰度：常態分布為 0，厚尾時較大</translation>
    </message>
    <message>
        <source>Tensor</source>
        <translation>張量</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>角色</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>層</translation>
    </message>
    <message>
        <source>Shape</source>
        <translation>形狀</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>型別</translation>
    </message>
    <message>
        <source>MiB</source>
        <translation>MiB</translation>
    </message>
    <message>
        <source>Values</source>
        <translation>數值</translation>
    </message>
    <message>
        <source>SQNR</source>
        <translation>SQNR</translation>
    </message>
    <message>
        <source>Clipped</source>
        <translation>截斷</translation>
    </message>
    <message>
        <source>Kurtosis</source>
        <translation>峰度</translation>
    </message>
    <message>
        <source>Plan</source>
        <translation>規劃</translation>
    </message>
    <message>
        <source>around %1</source>
        <translation>約 %1</translation>
    </message>
</context>
<context>
    <name>app::TensorsPage</name>
    <message>
        <source>Filter</source>
        <translation>篩選</translation>
    </message>
    <message>
        <source>Filter: name, /regex/, role:attn_q, bits&lt;5, mse&gt;1e-4, bytes&gt;1MiB</source>
        <translation>篩選：名稱、/正規表示式/、role:attn_q、bits&lt;5、mse&gt;1e-4、bytes&gt;1MiB</translation>
    </message>
    <message>
        <source>Columns</source>
        <translation>欄位</translation>
    </message>
    <message>
        <source>Choose the columns</source>
        <translation>選擇欄位</translation>
    </message>
    <message>
        <source>Tensors</source>
        <translation>張量</translation>
    </message>
    <message>
        <source>Analyze</source>
        <translation>分析</translation>
    </message>
    <message>
        <source>Pin to the current scheme, or unpin</source>
        <translation>固定為目前方案，或取消固定</translation>
    </message>
    <message>
        <source>Copy rows as text</source>
        <translation>將列複製為文字</translation>
    </message>
    <message>
        <source>“%1”: %2</source>
        <translation>「%1」：%2</translation>
    </message>
    <message>
        <source>The tensors of your model stand here</source>
        <translation>模型的張量會顯示在此</translation>
    </message>
    <message>
        <source>Name, role, layer, shape and bytes at once; the distribution of the values and the error of each scheme as they are measured.</source>
        <translation>立即列出名稱、角色、層、形狀與位元組數；數值分布與各方案的誤差隨量測出現。</translation>
    </message>
    <message>
        <source>Open file…</source>
        <translation>開啟檔案…</translation>
    </message>
    <message>
        <source>%1 tensors · %2</source>
        <translation>%1 個張量 · %2</translation>
    </message>
    <message>
        <source>%1 of %2 · %3 of the bytes</source>
        <translation>%1／%2 · 占位元組 %3</translation>
    </message>
</context>
<context>
    <name>app::ValuePanel</name>
    <message>
        <source>from</source>
        <translation>自</translation>
    </message>
    <message>
        <source>to</source>
        <translation>至</translation>
    </message>
    <message>
        <source>elements</source>
        <translation>元素</translation>
    </message>
    <message>
        <source>%1 clipped below</source>
        <translation>下方截斷 %1</translation>
    </message>
    <message>
        <source>%1 clipped above</source>
        <translation>上方截斷 %1</translation>
    </message>
    <message>
        <source>%1 NaN</source>
        <translation>%1 個 NaN</translation>
    </message>
    <message>
        <source>%1 Inf</source>
        <translation>%1 個 Inf</translation>
    </message>
    <message numerus="yes">
        <source>Values of %n tensors, summed</source>
        <translation>
            <numerusform>%n 個張量的數值總和</numerusform>
        </translation>
    </message>
    <message>
        <source>Values of the weights</source>
        <translation>權重的數值</translation>
    </message>
    <message>
        <source>|weight|</source>
        <translation>|權重|</translation>
    </message>
    <message>
        <source>weight</source>
        <translation>權重</translation>
    </message>
    <message>
        <source>all %1 elements are %2</source>
        <translation>全部 %1 個元素皆為 %2</translation>
    </message>
    <message>
        <source>reading the values …</source>
        <translation>正在讀取數值…</translation>
    </message>
    <message>
        <source>no finite values</source>
        <translation>沒有有限值</translation>
    </message>
    <message>
        <source>all %1 elements</source>
        <translation>全部 %1 個元素</translation>
    </message>
    <message>
        <source> · grid at row %1, column %2</source>
        <translation> · 第 %1 列、第 %2 行的格點</translation>
    </message>
    <message>
        <source>smallest</source>
        <translation>最小</translation>
    </message>
    <message>
        <source>largest</source>
        <translation>最大</translation>
    </message>
    <message>
        <source>mean</source>
        <translation>平均</translation>
    </message>
    <message>
        <source>standard deviation</source>
        <translation>標準差</translation>
    </message>
    <message>
        <source>Of all elements: √(Σ(w − mean)²/n).</source>
        <translation>全部元素：√(Σ(w − 平均)²/n)。</translation>
    </message>
    <message>
        <source>kurtosis</source>
        <translation>峰度</translation>
    </message>
    <message>
        <source>In excess of 3, which a normal distribution has.</source>
        <translation>超過常態分布的 3 的部分。</translation>
    </message>
    <message>
        <source>zeros</source>
        <translation>零的個數</translation>
    </message>
    <message>
        <source>beyond 6 σ</source>
        <translation>超過 6 σ</translation>
    </message>
    <message>
        <source>Elements farther than 6 standard deviations from the mean.</source>
        <translation>距平均超過 6 個標準差的元素。</translation>
    </message>
    <message>
        <source>middle 99.8 %</source>
        <translation>中間 99.8 %</translation>
    </message>
    <message>
        <source>%1 … %2</source>
        <translation>%1 … %2</translation>
    </message>
    <message>
        <source>linear axis</source>
        <translation>線性軸</translation>
    </message>
    <message>
        <source>log axis, |w|</source>
        <translation>對數軸，|w|</translation>
    </message>
    <message>
        <source>symmetric log axis</source>
        <translation>對稱對數軸</translation>
    </message>
    <message>
        <source>counts</source>
        <translation>計數</translation>
    </message>
    <message>
        <source>log counts</source>
        <translation>對數計數</translation>
    </message>
    <message>
        <source>density</source>
        <translation>密度</translation>
    </message>
    <message>
        <source>Axis of the values</source>
        <translation>數值的軸</translation>
    </message>
    <message>
        <source>What the height means</source>
        <translation>高度的意義</translation>
    </message>
    <message>
        <source>point at a bar, or walk with the arrow keys; wheel zooms, 0 shows all</source>
        <translation>指向長條，或以方向鍵移動；滾輪縮放，0 顯示全部</translation>
    </message>
    <message>
        <source> · nothing clipped</source>
        <translation> · 無截斷</translation>
    </message>
</context>
<context>
    <name>app::Workspace</name>
    <message>
        <source>Everything is measured already.</source>
        <translation>全部皆已量測。</translation>
    </message>
    <message>
        <source>Measurements of this run are kept in memory only: %1 cannot be used.</source>
        <translation>本次量測只保留在記憶體：無法使用 %1。</translation>
    </message>
    <message>
        <source>Opening %1</source>
        <translation>正在開啟 %1</translation>
    </message>
    <message numerus="yes">
        <source>%1: %n figures of another tool, now among the metrics.</source>
        <translation>
            <numerusform>%1：其他工具的 %n 個數值，已列入指標。</numerusform>
        </translation>
    </message>
    <message>
        <source>Schemes with importance use it from now on; analyze again to weigh errors.</source>
        <translation>含重要性的方案此後即使用它；請重新分析以加權誤差。</translation>
    </message>
    <message numerus="yes">
        <source>%n names are no tensor of this model, %1 first.</source>
        <translation>
            <numerusform>有 %n 個名稱不是此模型的張量，第一個是 %1。</numerusform>
        </translation>
    </message>
    <message>
        <source>Cancelled: %1 of %2 measurements are done and kept.</source>
        <translation>已取消：%2 項量測中完成並保留了 %1 項。</translation>
    </message>
    <message>
        <source>Open a model first, then its original.</source>
        <translation>請先開啟模型，再開啟其原始模型。</translation>
    </message>
    <message>
        <source>What is stored is held against %1.</source>
        <translation>所儲存的數值正與 %1 比較。</translation>
    </message>
    <message numerus="yes">
        <source>%n tensors have no original there, %1 first.</source>
        <translation>
            <numerusform>%n 個張量在其中沒有對應，第一個是 %1。</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>charts</name>
    <message>
        <source>save the chart</source>
        <translation>儲存圖表</translation>
    </message>
    <message>
        <source>choose a folder that can be written</source>
        <translation>請選擇可寫入的資料夾</translation>
    </message>
</context>
<context>
    <name>pages</name>
    <message>
        <source>Start</source>
        <translation>開始</translation>
    </message>
    <message>
        <source>Tensors</source>
        <translation>張量</translation>
    </message>
    <message>
        <source>Plan</source>
        <translation>規劃</translation>
    </message>
    <message>
        <source>Bits</source>
        <translation>位元</translation>
    </message>
    <message>
        <source>Histograms</source>
        <translation>直方圖</translation>
    </message>
    <message>
        <source>Maps</source>
        <translation>圖譜</translation>
    </message>
    <message>
        <source>Sensitivity</source>
        <translation>敏感度</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>比較</translation>
    </message>
</context>
<context>
    <name>theory</name>
    <message>
        <source>R(D) bound, Gauss: 6.02 dB/bit</source>
        <translation>R(D) 界限，高斯：6.02 dB/位元</translation>
    </message>
    <message>
        <source>best levels, Gauss</source>
        <translation>最佳位準，高斯</translation>
    </message>
    <message>
        <source>best levels, Laplace</source>
        <translation>最佳位準，拉普拉斯</translation>
    </message>
    <message>
        <source>best even steps, Gauss</source>
        <translation>最佳等距，高斯</translation>
    </message>
    <message>
        <source>best even steps, Laplace</source>
        <translation>最佳等距，拉普拉斯</translation>
    </message>
    <message>
        <source>even steps, entropy-coded</source>
        <translation>等距加熵編碼</translation>
    </message>
    <message>
        <source>Shannon’s bound, Laplace</source>
        <translation>Shannon 界限，拉普拉斯</translation>
    </message>
</context>
</TS>
