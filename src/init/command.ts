export const initCommand = async () => 0 as const;
