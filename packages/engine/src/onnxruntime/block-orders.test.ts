import { expect, test } from "vitest";
import { blockOrders } from "./block-orders.ts";

test("every block is a permutation, the same for the same seed", () => {
  const orders = blockOrders(5, 40, 7);
  expect(orders).toHaveLength(40);
  for (const order of orders) expect([...order].sort()).toEqual([0, 1, 2, 3, 4]);
  expect(blockOrders(5, 40, 7)).toEqual(orders);
  expect(blockOrders(5, 40, 8)).not.toEqual(orders);
});

test("each of two competitors goes first about as often", () => {
  const first = blockOrders(2, 2000, 1).filter(([leader]) => leader === 0).length;
  expect(first).toBeGreaterThan(900);
  expect(first).toBeLessThan(1100);
});
