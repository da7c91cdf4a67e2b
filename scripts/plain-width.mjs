// In place of `string-width` in the bundle: the command line's help is plain ASCII, and the tables of Unicode widths
// (with the segmenter and the patterns that they build when loaded) take longer to start than all the rest.
export default function plainWidth(text) {
  return text.length;
}
