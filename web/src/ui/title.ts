import { useEffect } from "react";
import { texts } from "../texts";

// The tab's name: what is on screen first.
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title ? `${title} · ${texts.product}` : texts.product;
  }, [title]);
}
