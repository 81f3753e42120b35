export default function SystemPage(_: { id?: string }) { return null; }
