import { existsSync } from "node:fs";

/** Chromium carries SwiftShader, a Vulkan driver that needs no GPU, and the Vulkan loader. */
const chromium = "/usr/lib/chromium";
export const driver = `${chromium}/vk_swiftshader_icd.json`;
export const hasDriver = existsSync(driver);

/** For an engine's process that is to find it. */
export const driverEnv = { VK_ICD_FILENAMES: driver, VK_DRIVER_FILES: driver, LD_LIBRARY_PATH: chromium };
