export interface LineEnd {
  /** From 1. */
  readonly line: number;
  /** As it is written in programs: "\\r\\n". */
  readonly end: string;
}

/** The first line's end, and the first that is another; undefined where all are alike. Ends inside of quotes are text. */
export function findOtherLineEnd(text: string, quote: string): readonly [LineEnd, LineEnd] | undefined {
  let first: LineEnd | undefined;
  let [line, isQuoted] = [1, false];
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (character === quote) isQuoted = !isQuoted;
    if (character !== "\n" && character !== "\r") continue;
    const isPair = character === "\r" && text[i + 1] === "\n";
    if (isPair) i++;
    if (!isQuoted) {
      const end = isPair ? "\\r\\n" : character === "\r" ? "\\r" : "\\n";
      if (first !== undefined && first.end !== end) return [first, { line, end }];
      first ??= { line, end };
    }
    line++;
  }
  return undefined;
}
