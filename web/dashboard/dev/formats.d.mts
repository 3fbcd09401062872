// Checked against the contract where it is used.
export const formats: unknown
