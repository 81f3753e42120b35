export default function PointPage(_: { id?: string }) { return null; }
