<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en">
<context>
    <name>BitRow</name>
    <message>
        <source>S</source>
        <comment>sign bit</comment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>E</source>
        <comment>exponent</comment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>I</source>
        <comment>integer</comment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>M</source>
        <comment>mantissa</comment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>exact</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>error %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>subnormal</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>clipped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>value %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>sign</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>exponent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>integer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>mantissa</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bit %1, %2: click flips it</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>BitsPage</name>
    <message>
        <source>Number</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a number: 30.2, 1e-45, 0x40490fdb, inf, pi</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>π: the same number in ever fewer bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>30.2 becomes 30 in INT8 and is clipped to 7 in INT4</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>0.1: no binary format holds it exactly</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>65504: the largest number of FP16</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Element of the model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the current element of the open model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>as typed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, row %2, column %3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>from the bits of %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>two&apos;s complement: %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ChartFrame</name>
    <message>
        <source>%1 as a table</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy data</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show as table</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the chart or its data, or show it as a table</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chart menu</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ColourLegend</name>
    <message>
        <source>Legend: %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ContextBar</name>
    <message>
        <source>Follow selection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure a tensor under all schemes as soon as it is selected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a model…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1
%2 tensors, %3 weights, %4</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a checkpoint or a session (Ctrl+O)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Device: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Analyze all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a model first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The checkpoint of this session is not there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All %1 pairs of tensor and scheme are measured</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure every tensor under every scheme (Ctrl+Return): %1 of %2 pairs are done</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ContextPanel</name>
    <message>
        <source>Select a tensor: its figures, one element and its bits stand here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Values</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Distribution of the values</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show in bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show this element in bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This element in every format, bit by bit (B)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Plan</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, layer %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shape</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stored as</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 … %2, σ %3, kurtosis %4</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>every value is 0</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the checkpoint is not there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>counting…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Error under %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>being measured…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not measured yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>refused: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bits per weight</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SQNR</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>exact</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RMSE</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Largest |e|</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>99 % of |e| below</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clipped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>NaN, Inf</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>pinned to %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>takes %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no plan yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pin to %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unpin</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Element, row %1, column %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>code %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>clipped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>error %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>HeatMapView</name>
    <message>
        <source>RMSE per column, up to %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RMSE per row, up to %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>column (input channel)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>row (output channel)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no finite value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>row %1, column %2: %3 %4</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>rows %1–%2, columns %3–%4: %5 %6, %7</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>HistogramView</name>
    <message>
        <source>density</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>share per octave</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>elements per octave</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>elements per bin</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>refining …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>[%1, %2)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>   %1 of %2 (%3)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>   %1 clipped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>   code %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>&amp;File</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open recent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save session as…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forward</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Context panel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dark theme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Analyze</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Analyze all tensors</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Analyze this tensor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel what runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 – Quantoscope</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n tensors</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>The checkpoint of this session is not where it was</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1
Its measurements and plans are here; histograms in detail and maps need the file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Locate…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Locate the checkpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%1 is being opened; one model at a time, so %n files were left out.</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Open a checkpoint or a session</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checkpoints and sessions (%1)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a folder that holds a model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the session</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sessions (*.qscope)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved %1; it is kept up to date from now on.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MeasureQueue</name>
    <message>
        <source>Measuring</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MessageBar</name>
    <message>
        <source>What to do: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the message</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dismiss the message</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ParetoView</name>
    <message>
        <source>Damage against bits per weight</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click at a size to plan for it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bits per weight, all tensors</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>damage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>this plan</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The plan has %1 and damage %2</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PlanModel</name>
    <message>
        <source>%1 (pinned)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tensor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scheme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MiB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Damage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next change</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bits per weight of this tensor, scales included</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What this choice adds to the objective</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its part of the whole damage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The budget, in bits per weight, at which the exact plan takes another choice here</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PlanPage</name>
    <message>
        <source>The plan takes it at %1 bits per weight.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Budget</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Budget in bits per weight</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Budget as text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A size: 4.5bpw, 338MiB, 6GB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save plan…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the plan as plan.json</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export the plan for a toolchain</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Damage by</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Metric that the plan minimises</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Damage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lower bound</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gap</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Solved in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Best uniform scheme that fits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Assignments</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The plan of your model stands here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a model, measure it once, and set a budget: the exact best choice of schemes follows.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measuring</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 of %2 pairs of tensor and scheme are done. The plan appears when all are.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no plan for this budget</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Analyze all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A plan needs measurements</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every tensor under every scheme, once: %1 pairs. They are kept, and the plan is solved in milliseconds.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>smallest %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>largest useful %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 (optimal)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1: %2 (plan %3)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none fits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is as good: take it</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n tensors with a choice</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stay as stored</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>%1 of %2 pairs are measured</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Why</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select a row: why it got its scheme stands here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 takes %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is pinned.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Up to %1: %2, damage %3.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Down to %1: %2, damage %3.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no better candidate.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no smaller candidate.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A byte is worth %1 damage at this budget.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unpin</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pin to %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the plan</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Plans (*.json)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export the plan</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Wrote %n files</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n tensors take the nearest type</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n tensors are left out</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Rail</name>
    <message>
        <source>Look</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Decide</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learn</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ReadOutLine</name>
    <message>
        <source>Read-out</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SchemeChip</name>
    <message>
        <source>Scheme %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1: click to show it, Del takes it away</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SchemeChips</name>
    <message>
        <source>Add or remove schemes</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n more schemes</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SchemeEditor</name>
    <message>
        <source>Schemes to compare</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add another</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Method</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scheme as text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add the scheme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1   (%2)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is compared already</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Canonical: %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>StartPage</name>
    <message>
        <source>See what quantization does to every weight</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a checkpoint, compare schemes on all of its elements, and get the best bit plan for your budget.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1  Open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The table of tensors stands there at once; no data is read yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>2  Analyze all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every element under every scheme. Histograms and the sensitivity map fill while it runs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>3  Plan</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the budget: the exact best choice of bits follows, with its proof. Save it for your toolchain.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Device: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drop a file or folder here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>safetensors (also sharded), GGUF, .npy, or a .qscope session</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try it on a real model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Small Llama</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A trained 5 M language model. Map and plan in a few seconds.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MiniLM encoder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Six blocks of a sentence encoder that is used every day.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learn what a bit does</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>π in bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The same number in FP64, FP32, BF16, FP16 and below: flip a bit and see it move.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>30.2 → 30 → 7</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What INT8 keeps of it, and why INT4 clips it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not there any more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forget %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>StatusLine</name>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel what runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Progress</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ready</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No model is open</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n jobs</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n tensors</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>%1 selected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Plan: %1 · %2 · gap %3</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TensorFilter</name>
    <message>
        <source>%1, at character %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is a word: use %1:…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&quot;%1&quot; is no number</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>there is no &quot;%1&quot;; there are %2</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TensorModel</name>
    <message>
        <source>refused: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 (pinned)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>refused</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>exact</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All values in 32 bins over one scale for every row: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Signal to quantization noise under %1: 10·log₁₀(Σw² / Σe²)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share of the elements that %1 clips</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Excess kurtosis of the values: 0 for a normal distribution, larger with heavy tails</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tensor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Role</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shape</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MiB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Values</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SQNR</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clipped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kurtosis</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Plan</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TensorsPage</name>
    <message>
        <source>Filter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filter: name, /regex/, role:attn_q, bits&lt;5, mse&gt;1e-4, bytes&gt;1MiB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Columns</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the columns</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tensors</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Analyze</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pin to the current scheme, or unpin</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy rows as text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“%1”: %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The tensors of your model stand here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name, role, layer, shape and bytes at once; the distribution of the values and the error of each scheme as they are measured.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 tensors · %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 of %2 · %3 of the bytes</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Workspace</name>
    <message>
        <source>Cancelled: %1 of %2 tensors are measured and kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Everything is measured already.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measurements of this run are kept in memory only: %1 cannot be used.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opening %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>app::format</name>
    <message>
        <source>%1 bpw</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 dB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 ms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about 1 s left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about %1 s left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about %1 min left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1: %2: %3</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>pages</name>
    <message>
        <source>Start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tensors</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Plan</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bits</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
