export const schemaCommand = async () => 0 as const;
