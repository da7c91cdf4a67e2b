export const planCommand = async () => 0 as const;
