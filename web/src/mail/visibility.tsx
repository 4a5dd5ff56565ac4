// What others see of one's own copy of an email: it can be narrowed here, and never widened.
import { Button, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger } from "@fluentui/react-components";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Schemas } from "../api/client";
import { emailQuery, narrowEmail, type EmailDetail } from "../api/mail";
import { trustTexts } from "../texts-trust";
import { Confirm } from "../ui/confirm";
import { useNotices } from "../ui/notice";

const words = trustTexts.visibility;
type Shown = Schemas["Shown"];
const WIDEST_FIRST: Shown[] = ["all", "head", "owner"];

export function Visibility({ email }: { email: EmailDetail }) {
  const [asking, setAsking] = useState<Shown>();
  const queries = useQueryClient();
  const notices = useNotices();
  const narrow = useMutation({
    mutationFn: (shown: Shown) => narrowEmail(email.id, shown),
    onSuccess: (now) => {
      queries.setQueryData(emailQuery(email.id).queryKey, now);
      notices.done(words.now[now.shown ?? "owner"]);
    },
    onError: (error) => notices.failed(error),
    onSettled: () => setAsking(undefined),
  });
  const shown = email.shown;
  if (!shown) return null; // not one's own copy
  const narrower = WIDEST_FIRST.slice(WIDEST_FIRST.indexOf(shown) + 1);
  return (
    <div className="email-shown">
      <span>{words.now[shown]}</span>
      {narrower.length > 0 && (
        <Menu>
          <MenuTrigger disableButtonEnhancement>
            <Button size="small" appearance="subtle">
              {words.less}
            </Button>
          </MenuTrigger>
          <MenuPopover>
            <MenuList>
              {narrower.map((each) => (
                <MenuItem key={each} onClick={() => setAsking(each)}>
                  {words.as[each]}
                </MenuItem>
              ))}
            </MenuList>
          </MenuPopover>
        </Menu>
      )}
      <Confirm
        open={asking !== undefined}
        busy={narrow.isPending}
        title={words.title}
        detail={words.detail(words.as[asking ?? "owner"])}
        confirm={words.less}
        onConfirm={() => asking && narrow.mutate(asking)}
        onCancel={() => setAsking(undefined)}
      />
    </div>
  );
}
