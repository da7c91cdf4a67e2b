import { expect, test } from "vitest";
import { fullRecord, record } from "../testing/example-record.ts";
import { renderJunit } from "./junit.ts";

test("a gate is a test case; undecided ones are skipped", () => {
  expect(renderJunit([fullRecord])).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="pare">
      <testsuite name="pare.quickstart" tests="5" failures="1" errors="0" skipped="2" time="9.000" timestamp="2026-11-20T10:00:00">
        <properties>
          <property name="pare" value="0.1.0"/>
          <property name="result.sha256" value="dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"/>
          <property name="original.sha256" value="aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"/>
          <property name="size.file" value="210000"/>
          <property name="nodes" value="20"/>
          <property name="accuracy.top1" value="0.908"/>
          <property name="latency.online.p50" value="0.42"/>
        </properties>
        <testcase classname="pare.quickstart" name="steps and measurements" time="9.000"/>
        <testcase classname="pare.quickstart.gates" name="size.file &lt;= original.size.file" time="0"/>
        <testcase classname="pare.quickstart.gates" name="latency.online.p50 &lt; original.latency.online.p50 / 2" time="0"><failure message="0.42 (0.41 to 0.428) &lt; 0.285: does not hold in the whole interval"/></testcase>
        <testcase classname="pare.quickstart.gates" name="accuracy.top1 &gt; 0.905" time="0"><skipped message="cannot tell: 0.908 (0.9 to 0.92) &gt; 0.905: not decided by the intervals"/></testcase>
        <testcase classname="pare.quickstart.gates" name="nodes &lt;= base.nodes" time="0"><skipped message="there is no base to compare with"/></testcase>
      </testsuite>
    </testsuites>
    "
  `);
});

test("strictly, what cannot be told fails", () => {
  const text = renderJunit([fullRecord], { strict: true });
  expect(text).toContain('tests="5" failures="2" errors="0" skipped="1"');
  expect(text).toContain('<failure message="cannot tell: 0.908');
});

test("without gates the run itself is the one test case", () => {
  expect(renderJunit([record])).toContain('tests="1" failures="0" errors="0" skipped="0"');
});
