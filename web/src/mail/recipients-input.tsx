// A line of recipients: each becomes a pill; people of the CRM are offered while one types.
import { useQuery } from "@tanstack/react-query";
import { useId, useState, type KeyboardEvent } from "react";
import type { Schemas } from "../api/client";
import { listPage } from "../api/records";
import { IconDismiss } from "../icons";
import { texts } from "../texts";
import { useDebounced } from "../ui/debounced";
import { parseAddresses, withoutDoubles } from "./addresses";

type MailAddress = Schemas["MailAddress"];

export function RecipientsInput(props: { label: string; value: MailAddress[]; autoFocus?: boolean; onChange: (value: MailAddress[]) => void }) {
  const { label, value, onChange } = props;
  const [text, setText] = useState("");
  const [bad, setBad] = useState<string>();
  const [chosen, setChosen] = useState(0);
  const id = useId();
  const q = useDebounced(text.trim(), 150);
  const found = useQuery({
    queryKey: ["recipients", q],
    queryFn: ({ signal }) => listPage("people", { q, limit: 6 }, signal),
    enabled: q.length >= 2 && !q.includes("@"),
    staleTime: 60_000,
  });
  const offers = text.trim().length < 2 ? [] : withoutDoubles((found.data?.items ?? []).flatMap((person) => ((person.emails as string[] | undefined) ?? []).slice(0, 1).map((address) => ({ address, name: person.name }))), value.map((entry) => entry.address));

  const add = (addresses: MailAddress[]) => {
    onChange(withoutDoubles([...value, ...addresses]));
    setText("");
    setBad(undefined);
    setChosen(0);
  };
  const commit = (typed: string) => {
    if (!typed.trim()) return;
    const parsed = parseAddresses(typed);
    if (parsed.good.length > 0) add(parsed.good);
    if (parsed.bad.length > 0) {
      setText(parsed.bad.join("; "));
      setBad(parsed.bad[0]);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step && offers.length > 0) {
      event.preventDefault();
      setChosen((chosen + step + offers.length) % offers.length);
    } else if (["Enter", ",", ";"].includes(event.key) || (event.key === "Tab" && text.trim())) {
      if (event.key !== "Tab" || offers.length > 0 || parseAddresses(text).good.length > 0) event.preventDefault();
      if (offers[chosen] && event.key !== "," && event.key !== ";") add([offers[chosen]]);
      else commit(text);
    } else if (event.key === "Backspace" && text === "") onChange(value.slice(0, -1));
    else if (event.key === "Escape" && offers.length > 0) {
      event.stopPropagation();
      setText("");
    }
  };
  return (
    <div className="recipients">
      <label htmlFor={id}>{label}</label>
      <div className="recipients-box">
        {value.map((entry) => (
          <span key={entry.address} className="pill" title={entry.address}>
            {entry.name || entry.address}
            <button type="button" aria-label={texts.words.remove(entry.name || entry.address)} onClick={() => onChange(value.filter((other) => other !== entry))}>
              <IconDismiss aria-hidden />
            </button>
          </span>
        ))}
        <input
          id={id}
          role="combobox"
          aria-expanded={offers.length > 0}
          aria-controls={`${id}-offers`}
          aria-activedescendant={offers.length > 0 ? `${id}-${chosen}` : undefined}
          aria-invalid={bad !== undefined}
          autoComplete="off"
          autoFocus={props.autoFocus}
          placeholder={value.length === 0 ? texts.compose.addressHint : undefined}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
          onBlur={() => commit(text)}
          onPaste={(event) => {
            const pasted = event.clipboardData.getData("text");
            if (!/[@;,\n]/.test(pasted)) return;
            event.preventDefault();
            commit(text + pasted);
          }}
        />
        <ul id={`${id}-offers`} role="listbox" aria-label={label} className="offers" hidden={offers.length === 0}>
          {offers.map((offer, index) => (
            <li key={offer.address} id={`${id}-${index}`} role="option" aria-selected={index === chosen} onMouseDown={(event) => (event.preventDefault(), add([offer]))}>
              <strong>{offer.name}</strong> {offer.address}
            </li>
          ))}
        </ul>
      </div>
      {bad && (
        <span className="field-error" role="alert">
          {texts.compose.badAddress(bad)}
        </span>
      )}
    </div>
  );
}
