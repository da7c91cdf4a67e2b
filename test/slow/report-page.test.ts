import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderHtml } from "@pare/report";
import { afterAll, describe, expect, test } from "vitest";
import { fullRecord } from "../../packages/report/testing/example-record.ts";

/** The report in a real browser: laid out, in light and dark, on a phone, with scripts forbidden. */
const browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const browser = browsers.find((path) => existsSync(path));
const folder = mkdtempSync(join(tmpdir(), "pare-report-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", `--user-data-dir=${folder}/profile`];

function chromium(...args: readonly string[]): string {
  return execFileSync(browser!, [...flags, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

/** What a script beside the page, in a frame of the given width, finds out about it. */
async function measured(width: number, script: string): Promise<unknown> {
  const page = (await renderHtml([fullRecord])).replace(/<meta http-equiv[^>]*>/, "");
  const outer = `<!doctype html><body><iframe id="f" style="border:0;width:${width}px;height:900px"></iframe><pre></pre><script>
const frame = document.getElementById("f");
frame.onload = () => {
  const page = frame.contentDocument;
  document.querySelector("pre").textContent = JSON.stringify((${script})(page, frame.contentWindow));
};
frame.srcdoc = ${JSON.stringify(page).replaceAll("<", "\\u003c")};
</script></body>`;
  const file = join(folder, `frame-${width}.html`);
  writeFileSync(file, outer);
  const [, result] = /<pre>(.*?)<\/pre>/s.exec(chromium("--virtual-time-budget=5000", "--dump-dom", `file://${file}`))!;
  return JSON.parse(result!.replaceAll("&quot;", '"').replaceAll("&amp;", "&").replaceAll("&gt;", ">"));
}

describe.skipIf(browser === undefined)("in Chromium (skipped where it is not installed)", () => {
  test.each([390, 1200])(
    "at %d pixels nothing but tables is wider than the page, and texts are readable",
    async (width) => {
      const found = await measured(
        width,
        `(page, window) => ({
        overflow: page.documentElement.scrollWidth - page.documentElement.clientWidth,
        smallest: Math.min(...[...page.querySelectorAll("svg.chart text")].map((text) => {
          const svg = text.ownerSVGElement;
          return parseFloat(window.getComputedStyle(text).fontSize) * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
        })),
        charts: page.querySelectorAll("svg.chart").length,
        unnamed: [...page.querySelectorAll("[tabindex],a,summary")].filter((e) => !(e.ariaLabel || e.textContent.trim())).length,
      })`,
      );
      expect(found).toMatchObject({ overflow: 0, charts: 3, unnamed: 0 });
      expect((found as { smallest: number }).smallest).toBeGreaterThanOrEqual(8.5);
    },
  );

  test("every text stands out from its ground, light and dark", async () => {
    const text = await renderHtml([fullRecord]);
    const schemes = [...text.matchAll(/:root\{(?:color-scheme:light dark;)?(--page[^}]*)\}/g)].map(([, body]) =>
      Object.fromEntries(body!.split(";").map((line) => line.trim().split(":") as [string, string])),
    );
    expect(schemes).toHaveLength(2);
    for (const colors of schemes)
      for (const name of ["--text", "--soft", "--link", "--pass", "--fail", "--doubt"])
        for (const ground of ["--page", "--card"])
          expect(contrast(colors[name]!, colors[ground]!), `${name} on ${ground}`).toBeGreaterThanOrEqual(4.5);
  });

  test("it is drawn: light and dark pictures differ and are not blank", async () => {
    const file = join(folder, "report.html");
    writeFileSync(file, await renderHtml([fullRecord]));
    const shot = (name: string, ...more: readonly string[]) => {
      const path = join(folder, name);
      chromium(`--screenshot=${path}`, "--window-size=1000,2000", ...more, `file://${file}`);
      return readFileSync(path);
    };
    const light = shot("light.png");
    const dark = shot("dark.png", "--blink-settings=preferredColorScheme=0");
    expect(light.length).toBeGreaterThan(50_000);
    expect(dark.equals(light)).toBe(false);
  });
});

/** WCAG 2: from 1 to 21. */
function contrast(a: string, b: string): number {
  const [dark, light] = [a, b].map(luminance).sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: string): number {
  const hex = color.length === 4 ? color.replace(/[0-9a-f]/gi, "$&$&") : color;
  const [r, g, b] = [1, 3, 5].map((i) => {
    const share = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
