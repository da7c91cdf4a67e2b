/** Lines of at most `width` characters, broken at white space. A word longer than that stays whole. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** `wrap`, with the lines after the first behind `indent` spaces. */
export function wrapIndented(text: string, width: number, indent = 2): readonly string[] {
  return wrap(text, width - indent).map((line, i) => (i === 0 ? line : " ".repeat(indent) + line));
}
