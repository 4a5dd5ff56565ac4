// Keyboard shortcuts of a page. A plain letter never fires while somebody types.
import { useEffect } from "react";

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

// Keys as "n", "/", "Escape" or "ctrl+k" (⌘ counts as ctrl).
export function useKeys(keys: Record<string, (event: KeyboardEvent) => void>, active = true): void {
  useEffect(() => {
    if (!active) return;
    const onKey = (event: KeyboardEvent) => {
      const control = event.ctrlKey || event.metaKey;
      const name = (control ? "ctrl+" : "") + (event.key.length === 1 ? event.key.toLowerCase() : event.key);
      const act = Object.hasOwn(keys, name) ? keys[name] : undefined;
      if (!act || event.altKey || event.defaultPrevented) return;
      if (!control && event.key !== "Escape" && isTyping(event.target)) return;
      if (!control && document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"]')) return;
      event.preventDefault();
      act(event);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  });
}
