/** A browser's long name in the two words that tell one device from another: "Firefox · Windows". Pure. */
export function deviceName(agent: string): string {
  const browsers: [RegExp, string][] = [[/Edg\//, "Edge"], [/MicroMessenger/, "WeChat"], [/DingTalk/, "DingTalk"], [/Firefox\//, "Firefox"], [/Chrom(e|ium)\//, "Chrome"], [/Safari\//, "Safari"]];
  const systems: [RegExp, string][] = [[/iPhone|iPad/, "iOS"], [/Android/, "Android"], [/HarmonyOS|OpenHarmony/, "HarmonyOS"], [/Windows/, "Windows"], [/Mac OS X/, "macOS"], [/Linux/, "Linux"]];
  const find = (table: [RegExp, string][]) => table.find(([form]) => form.test(agent))?.[1];
  const words = [find(browsers), find(systems)].filter(Boolean);
  return words.length ? words.join(" · ") : agent.slice(0, 40) || "?";
}
