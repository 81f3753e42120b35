export default function PointsPage(_: { id?: string }) { return null; }
