export interface RaggedRow {
  /** From 1. */
  readonly line: number;
  readonly expected: number;
  readonly got: number;
}

/** The first row whose number of cells is not that of the first row. */
export function findRaggedRow(text: string, delimiter: string, quote: string): RaggedRow | undefined {
  let expected: number | undefined;
  let cells = 1;
  let line = 1;
  let rowLine = 1;
  let isQuoted = false;
  let isBlank = true;
  for (let i = 0; i <= text.length; i++) {
    const character = text[i] ?? "\n";
    if (character === quote) isQuoted = !isQuoted;
    else if (character === delimiter && !isQuoted) cells++;
    if (character !== "\n") {
      isBlank &&= character === "\r";
      continue;
    }
    line++;
    if (isQuoted && i < text.length) continue;
    if (!isBlank) {
      expected ??= cells;
      if (cells !== expected) return { line: rowLine, expected, got: cells };
    }
    [cells, rowLine, isBlank] = [1, line, true];
  }
  return undefined;
}
