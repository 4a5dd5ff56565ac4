// Add Users: the list of all users, several at once; each gets a licence while one is left.
import { Badge, Button, Checkbox, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, MessageBar, MessageBarBody, SearchBox } from "@fluentui/react-components";
import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { accountUsersQuery } from "../api/account";
import { messageOf } from "../api/client";
import { panelQuery, startUserOperation, type UserOperation, type UserOrder } from "../api/panel";
import { IconPerson } from "../icons";
import { texts } from "../texts";
import { useDebounced } from "../ui/debounced";
import { Face } from "../ui/face";
import { EmptyState, ErrorState, LoadingRows } from "../ui/states";
import { panel } from "./texts";

const words = panel.add;

export function AddUsers({ onBegun, onClose }: { onBegun: (operation: UserOperation) => void; onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [everybody, setEverybody] = useState(false);
  const q = useDebounced(typed.trim(), 200);
  const licences = useQuery(panelQuery).data?.licences;
  const without = useInfiniteQuery(accountUsersQuery({ q: q || undefined, licensed: false }));
  const free = without.data?.pages[0]?.total ?? 0;
  const wanted = everybody ? free : chosen.size;
  const left = licences?.left ?? 0;
  const add = useMutation({ mutationFn: startUserOperation, onSuccess: onBegun });
  const order: UserOrder = everybody ? { action: "add", matching: q ? { q } : {} } : { action: "add", user_ids: [...chosen] };
  const toggle = (id: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(id);
    else next.delete(id);
    setChosen(next);
  };
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && onClose()}>
      <DialogSurface className="panel-add">
        <DialogBody>
          <DialogTitle>{words.title}</DialogTitle>
          <DialogContent className="stack">
            <p>{words.lead}</p>
            {add.isError && (
              <MessageBar intent="error" layout="multiline" role="alert">
                <MessageBarBody>{messageOf(add.error)}</MessageBarBody>
              </MessageBar>
            )}
            {wanted > left && licences && (
              <MessageBar intent="warning" layout="multiline">
                <MessageBarBody>{words.notEnough(wanted, left)}</MessageBarBody>
              </MessageBar>
            )}
            <div className="settings-bar">
              <SearchBox className="settings-search" aria-label={words.search} placeholder={words.search} value={typed} onChange={(_, data) => setTyped(data.value)} />
              <span className="spacer" />
              <span className="settings-count" role="status">
                {licences ? words.left(left, licences.bought) : ""}
              </span>
            </div>
            {free > 1 && <Checkbox label={`${words.chooseEverybody} (${free})`} checked={everybody} onChange={(_, data) => setEverybody(data.checked === true)} />}
            <Candidates q={q} chosen={chosen} everybody={everybody} onToggle={toggle} />
          </DialogContent>
          <DialogActions>
            <Button onClick={onClose}>{texts.words.cancel}</Button>
            <Button appearance="primary" disabledFocusable={add.isPending || wanted === 0} onClick={() => wanted > 0 && add.mutate(order)}>
              {wanted > 0 ? words.submitMany(wanted) : words.submit}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

function Candidates(props: { q: string; chosen: ReadonlySet<string>; everybody: boolean; onToggle: (id: string, on: boolean) => void }) {
  const users = useInfiniteQuery(accountUsersQuery({ q: props.q || undefined }));
  const items = users.data?.pages.flatMap((page) => page.items) ?? [];
  if (users.isPending) return <LoadingRows rows={5} />;
  if (users.isError && items.length === 0) return <ErrorState title={texts.errors.listTitle} error={users.error} onRetry={() => void users.refetch()} />;
  if (items.length === 0) return <EmptyState Icon={IconPerson} title={words.emptyTitle} detail={words.emptyDetail} />;
  return (
    <div className="panel-candidates">
      <ul className="settings-list plain" aria-label={words.list}>
        {items.map((user) => {
          const possible = !user.licensed && user.state !== "disabled";
          return (
            <li key={user.id}>
              <Checkbox
                checked={user.licensed || props.chosen.has(user.id) || (props.everybody && possible)}
                disabled={!possible || props.everybody}
                aria-label={panel.users.choose(user.name)}
                onChange={(_, data) => props.onToggle(user.id, data.checked === true)}
              />
              <span className="settings-who">
                <Face name={user.name} size={28} />
                <span>
                  {user.name}
                  <small>{user.login}</small>
                </span>
              </span>
              <span className="spacer" />
              {user.licensed && (
                <Badge appearance="tint" color="success">
                  {words.added}
                </Badge>
              )}
            </li>
          );
        })}
      </ul>
      {users.hasNextPage && (
        <Button appearance="subtle" disabledFocusable={users.isFetchingNextPage} onClick={() => void users.fetchNextPage()}>
          {words.more}
        </Button>
      )}
    </div>
  );
}
