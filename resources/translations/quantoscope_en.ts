<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en">
<context>
    <name>QObject</name>
    <message numerus="yes">
        <source>%n tensors</source>
        <translation>
            <numerusform>%n tensor</numerusform>
            <numerusform>%n tensors</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>app::CompareModel</name>
    <message numerus="yes">
        <source>median of %n tensors</source>
        <translation>
            <numerusform>one tensor</numerusform>
            <numerusform>median of %n tensors</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>app::ComparePage</name>
    <message numerus="yes">
        <source>%n selected tensors</source>
        <translation>
            <numerusform>the selected tensor</numerusform>
            <numerusform>%n selected tensors</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>all %n tensors</source>
        <translation>
            <numerusform>the only tensor</numerusform>
            <numerusform>all %n tensors</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>median and quartiles of %n tensors</source>
        <translation>
            <numerusform>%n tensor</numerusform>
            <numerusform>median and quartiles of %n tensors</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n schemes</source>
        <translation>
            <numerusform>%n scheme</numerusform>
            <numerusform>%n schemes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n refused, see the table</source>
        <translation>
            <numerusform>%n refused, see the table</numerusform>
            <numerusform>%n refused, see the table</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n measurements are missing</source>
        <translation>
            <numerusform>%n measurement is missing</numerusform>
            <numerusform>%n measurements are missing</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>app::MainWindow</name>
    <message numerus="yes">
        <source>%1 is being opened; one model at a time, so %n files were left out.</source>
        <translation>
            <numerusform>%1 is being opened; one model at a time, so %n file was left out.</numerusform>
            <numerusform>%1 is being opened; one model at a time, so %n files were left out.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>app::PlanPage</name>
    <message numerus="yes">
        <source>%n tensors with a choice</source>
        <translation>
            <numerusform>%n tensor with a choice</numerusform>
            <numerusform>%n tensors with a choice</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stay as stored</source>
        <translation>
            <numerusform>%n stays as stored</numerusform>
            <numerusform>%n stay as stored</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Wrote %n files</source>
        <translation>
            <numerusform>Wrote %n file</numerusform>
            <numerusform>Wrote %n files</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n tensors take the nearest type</source>
        <translation>
            <numerusform>%n tensor takes the nearest type</numerusform>
            <numerusform>%n tensors take the nearest type</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n tensors are left out</source>
        <translation>
            <numerusform>%n tensor is left out</numerusform>
            <numerusform>%n tensors are left out</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>app::RoleRulesDialog</name>
    <message numerus="yes">
        <source>%n problems: the table cannot be applied</source>
        <translation>
            <numerusform>%n problem: the table cannot be applied</numerusform>
            <numerusform>%n problems: the table cannot be applied</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n more</source>
        <translation>
            <numerusform>%n more</numerusform>
            <numerusform>%n more</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Several rules match %n names</source>
        <translation>
            <numerusform>Several rules match %n name</numerusform>
            <numerusform>Several rules match %n names</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>No rule matches %n names</source>
        <translation>
            <numerusform>No rule matches %n name</numerusform>
            <numerusform>No rule matches %n names</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>app::SchemeChips</name>
    <message numerus="yes">
        <source>%n more schemes</source>
        <translation>
            <numerusform>%n more scheme</numerusform>
            <numerusform>%n more schemes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n tensors have no original there:</source>
        <translation>
            <numerusform>%n tensor has no original there:</numerusform>
            <numerusform>%n tensors have no original there:</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>app::SensitivityPage</name>
    <message numerus="yes">
        <source>Analyze to fill it: every element of %n tensors under each scheme.</source>
        <translation>
            <numerusform>Analyze to fill it: every element of %n tensor under each scheme.</numerusform>
            <numerusform>Analyze to fill it: every element of %n tensors under each scheme.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n tensors by %1</source>
        <translation>
            <numerusform>%n tensor by %1</numerusform>
            <numerusform>%n tensors by %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>app::StartPage</name>
    <message numerus="yes">
        <source>%n tensors</source>
        <translation>
            <numerusform>%n tensor</numerusform>
            <numerusform>%n tensors</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>app::StatusLine</name>
    <message numerus="yes">
        <source>%n jobs</source>
        <translation>
            <numerusform>%n job</numerusform>
            <numerusform>%n jobs</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n tensors</source>
        <translation>
            <numerusform>%n tensor</numerusform>
            <numerusform>%n tensors</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>app::ValuePanel</name>
    <message numerus="yes">
        <source>Values of %n tensors, summed</source>
        <translation>
            <numerusform>Values of %n tensor</numerusform>
            <numerusform>Values of %n tensors, summed</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>app::Workspace</name>
    <message numerus="yes">
        <source>%1: %n figures of another tool, now among the metrics.</source>
        <translation>
            <numerusform>%1: %n figure of another tool, now among the metrics.</numerusform>
            <numerusform>%1: %n figures of another tool, now among the metrics.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n names are no tensor of this model, %1 first.</source>
        <translation>
            <numerusform>%n name is no tensor of this model: %1.</numerusform>
            <numerusform>%n names are no tensor of this model, %1 first.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n tensors have no original there, %1 first.</source>
        <translation>
            <numerusform>%n tensor has no original there: %1.</numerusform>
            <numerusform>%n tensors have no original there, %1 first.</numerusform>
        </translation>
    </message>
</context>
</TS>
