import { useSyncExternalStore } from "react";
import { useRemembered } from "./remembered";

const preference = window.matchMedia("(prefers-color-scheme: dark)");

/** Day or night colours: the person's choice, else the machine's. */
export function useTheme(): { dark: boolean; toggle: () => void } {
  const system = useSyncExternalStore(
    (listener) => {
      preference.addEventListener("change", listener);
      return () => preference.removeEventListener("change", listener);
    },
    () => preference.matches,
  );
  const [chosen, choose] = useRemembered("theme", "");
  const dark = chosen ? chosen === "dark" : system;
  return { dark, toggle: () => choose(dark ? "light" : "dark") };
}
