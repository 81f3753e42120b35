export default function AlarmsPage(_: { id?: string }) { return null; }
