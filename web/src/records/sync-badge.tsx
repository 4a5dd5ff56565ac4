// In which mailboxes a record is: a true statement of the server, never a guess.
import { Badge, Button, Popover, PopoverSurface, PopoverTrigger, type BadgeProps } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "../api/client";
import { linksQuery } from "../api/records";
import { formatAgo } from "../format";
import { IconSync } from "../icons";
import { texts } from "../texts";

const TONES: Record<Schemas["RecordLink"]["state"], BadgeProps["color"]> = {
  linked: "success",
  waiting: "brand",
  frozen: "subtle",
  dismissed: "subtle",
  issue: "danger",
};

export function SyncBadge({ id }: { id: string }) {
  const links = useQuery(linksQuery(id)).data?.items;
  if (!links) return null;
  return (
    <Popover positioning="below-start" withArrow>
      <PopoverTrigger disableButtonEnhancement>
        <Button size="small" appearance="subtle" icon={<IconSync />} className="sync-badge">
          {links.length === 0 ? texts.record.sync.none : texts.record.sync.count(links.length)}
        </Button>
      </PopoverTrigger>
      <PopoverSurface className="sync-links" aria-label={texts.record.sync.title}>
        {links.length === 0 ? (
          <p>{texts.record.sync.nothing}</p>
        ) : (
          <ul className="plain">
            {links.map((link) => (
              <li key={link.mailbox.id}>
                <span>
                  <strong>{link.mailbox.name || link.mailbox.address}</strong>
                  <small>
                    {[link.detail, link.last_synced_at && texts.record.sync.last(formatAgo(link.last_synced_at))].filter(Boolean).join(" · ")}
                  </small>
                </span>
                <Badge appearance="tint" color={TONES[link.state]}>
                  {texts.record.sync.states[link.state]}
                </Badge>
              </li>
            ))}
          </ul>
        )}
      </PopoverSurface>
    </Popover>
  );
}
