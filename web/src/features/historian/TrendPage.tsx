export default function TrendPage(_: { id?: string }) { return null; }
