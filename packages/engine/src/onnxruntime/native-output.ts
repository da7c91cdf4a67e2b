import type { Readable } from "node:stream";
import { stripVTControlCharacters } from "node:util";

const keptLines = 20;
const keptLineChars = 2000;

/** Native libraries print what they like. It never reaches the terminal; the last lines are kept for errors. */
export class NativeOutput {
  #lines: string[] = [];

  collect(...streams: readonly (Readable | null)[]): void {
    for (const stream of streams) {
      if (stream === null) continue;
      stream.setEncoding("utf8");
      let rest = "";
      stream.on("data", (text: string) => {
        const lines = (rest + text).split("\n");
        rest = lines.pop()!.slice(-keptLineChars);
        this.#add(lines);
      });
      stream.on("end", () => this.#add([rest]));
    }
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  #add(lines: readonly string[]): void {
    const texts = lines.map((line) => stripVTControlCharacters(line).trim()).filter((line) => line !== "");
    this.#lines = [...this.#lines, ...texts.map((line) => line.slice(0, keptLineChars))].slice(-keptLines);
  }
}
