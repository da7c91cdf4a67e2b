// Data from a program of your own: `data: { test: ./source.mjs }` in a recipe. The default export is the samples, or a
// function that makes them. The comments below let an editor check the types.

const side = 32;

/**
 * A hundred squares, red or blue, somewhere on grey.
 *
 * @type {import("pare").UserSourceMaker}
 */
export default ({ seed, split, options }) => {
  const length = Number(options.samples ?? 100);
  return {
    length,
    classes: ["red", "blue"],
    sample(index) {
      const label = index % 2;
      const image = new Uint8Array(side * side * 3).fill(128);
      const shift = (index * 7 + seed) % (side - 8);
      for (let y = 4; y < 12; y++)
        for (let x = shift; x < shift + 8; x++) {
          const at = (y * side + x) * 3;
          image.set(label === 0 ? [220, 30, 30] : [30, 30, 220], at);
        }
      return {
        id: `${split}-${index}`,
        // A uint8 image is [height, width, channels], red green blue; the recipe's `input` says how it is scaled.
        fields: { image: { dtype: "uint8", shape: [side, side, 3], data: image } },
        target: label,
      };
    },
  };
};
