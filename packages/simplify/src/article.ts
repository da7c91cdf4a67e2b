/** The operator's type with its article: "an Add", "a Conv", "an LSTM". */
export function an(type: string): string {
  return `${/^(?:[AEIO]|U[np]|LSTM|RNN)/.test(type) ? "an" : "a"} ${type}`;
}
