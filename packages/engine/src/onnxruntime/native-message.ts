/**
 * The runtime's exception texts, made readable: without source locations, C++ signatures, failed conditions and advice
 * meant for its own developers.
 */
export function cleanMessage(text: string): string {
  let rest = text.replaceAll(/\s+/g, " ").trim();
  for (const label of [/^\[ONNXRuntimeError\] : \d+ : \w+ : /, /^Load model from .*? failed: ?/, /^Exception: /])
    rest = rest.replace(label, "");
  const location = /\S+\.(?:cc|cpp|h|hpp|cu|cuh):\d+ /.exec(rest);
  if (location !== null) {
    const signature = dropSignature(rest.slice(location.index + location[0].length));
    rest = rest.slice(0, location.index) + signature.replace(/^.{1,200}? was false\. ?/, "");
  }
  return rest
    .replace(/ ?Please fix either the inputs\/outputs or the model\.?/, "")
    .replace(/^This is an invalid model\. /, "")
    .replace(/[.\s]+$/, "");
}

/** Drops `ns::f(args)::<lambda()> [with T = float] const` from the start; text without such a start stays whole. */
function dropSignature(text: string): string {
  const open = text.indexOf("(");
  const name = /[\w>~]*::[^(]*$/.exec(text.slice(0, Math.max(open, 0)));
  if (name === null) return text;
  let end = closingParenthesis(text, open);
  while (end !== undefined && text[end + 1] === "(") end = closingParenthesis(text, end + 1);
  if (end === undefined) return text;
  return text
    .slice(end + 1)
    .replace(/^::<lambda\([^)]*\)>/, "")
    .replace(/^ const\b/, "")
    .replace(/^ \[with [^\]]*\]/, "")
    .trimStart();
}

function closingParenthesis(text: string, open: number): number | undefined {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === "(") depth++;
    if (text[i] === ")" && --depth === 0) return i;
  }
  return undefined;
}
