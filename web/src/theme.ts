// Colours and type: Fluent's tokens with our own brand ramp; light or dark as the system says.
import { createDarkTheme, createLightTheme, type BrandVariants, type Theme } from "@fluentui/react-components";
import { useSyncExternalStore } from "react";

const brand: BrandVariants = {
  10: "#070a22",
  20: "#0e1343",
  30: "#171d62",
  40: "#20277e",
  50: "#293198",
  60: "#323db0",
  70: "#3b48c7",
  80: "#4556d9",
  90: "#5165e2",
  100: "#6077ea",
  110: "#7289f0",
  120: "#849bf5",
  130: "#97acfa",
  140: "#acbefc",
  150: "#c2cffd",
  160: "#d8e0fd",
};
const fontFamilyBase = '"Segoe UI Variable Text", "Segoe UI", Inter, system-ui, -apple-system, Roboto, "Helvetica Neue", sans-serif';

export const lightTheme: Theme = { ...createLightTheme(brand), fontFamilyBase };
export const darkTheme: Theme = {
  ...createDarkTheme(brand),
  fontFamilyBase,
  colorBrandForeground1: brand[120],
  colorBrandForeground2: brand[130],
  colorBrandForegroundLink: brand[130],
  colorBrandForegroundLinkHover: brand[140],
  colorCompoundBrandForeground1: brand[120],
};

const dark = typeof matchMedia === "function" ? matchMedia("(prefers-color-scheme: dark)") : undefined;

export function useSystemTheme(): Theme {
  const isDark = useSyncExternalStore(
    (changed) => {
      dark?.addEventListener("change", changed);
      return () => dark?.removeEventListener("change", changed);
    },
    () => dark?.matches ?? false,
  );
  return isDark ? darkTheme : lightTheme;
}
