// Account Settings > Licenses & Modules: how many licences there are, who has one, and the module itself.
import { Badge, Button, Checkbox, Field, Input, MessageBar, MessageBarBody, SearchBox, Select, Tab, TabList } from "@fluentui/react-components";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { accountUsersQuery, changeLicences, giveLicences, licencesQuery, takeLicences, type AccountUser, type Licences } from "../api/account";
import { messageOf } from "../api/client";
import { useUser } from "../api/session";
import { IconPerson } from "../icons";
import { texts } from "../texts";
import { Confirm } from "../ui/confirm";
import { useDebounced } from "../ui/debounced";
import { Face } from "../ui/face";
import { useNotices } from "../ui/notice";
import { EmptyState, ErrorState, LoadingRows } from "../ui/states";
import { useTitle } from "../ui/title";
import { setup } from "./texts";

const words = setup.licences;

export function LicencesPage() {
  useTitle(`${setup.tabs.licences} · ${setup.accountSettings}`);
  const [tab, setTab] = useState<"licences" | "modules">("licences");
  const licences = useQuery(licencesQuery);
  if (licences.isPending) return <LoadingRows rows={4} />;
  if (licences.isError) return <ErrorState title={texts.errors.pageTitle} error={licences.error} onRetry={() => void licences.refetch()} />;
  return (
    <>
      <TabList selectedValue={tab} onTabSelect={(_, data) => setTab(data.value as typeof tab)} aria-label={setup.tabs.licences}>
        <Tab value="licences">{words.licencesTab}</Tab>
        <Tab value="modules">{words.modulesTab}</Tab>
      </TabList>
      {tab === "licences" ? <LicencesTab licences={licences.data} /> : <ModulesTab licences={licences.data} />}
    </>
  );
}

function useChange<T>(act: (input: T) => Promise<Licences>, done: (input: T) => string) {
  const queries = useQueryClient();
  const notices = useNotices();
  return useMutation({
    mutationFn: act,
    onSuccess: (now, input) => {
      queries.setQueryData(licencesQuery.queryKey, now);
      for (const key of ["account-users", "mailboxes", "mailbox"]) void queries.invalidateQueries({ queryKey: [key] });
      notices.done(done(input));
    },
    onError: (error) => notices.failed(error),
  });
}

function LicencesTab({ licences }: { licences: Licences }) {
  const whole = useUser().role === "system_administrator";
  return (
    <>
      <dl className="tiles">
        <div className="tile">
          <dt>{words.bought}</dt>
          <dd>{licences.bought}</dd>
        </div>
        <div className="tile">
          <dt>{words.given}</dt>
          <dd>{licences.given}</dd>
        </div>
        <div className={licences.left === 0 ? "tile tile-warn" : "tile"}>
          <dt>{words.left}</dt>
          <dd>{licences.left}</dd>
        </div>
      </dl>
      {!licences.mail_sync && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>{words.moduleOff}</MessageBarBody>
        </MessageBar>
      )}
      {whole && <Bought key={licences.bought} licences={licences} />}
      <Holders left={licences.left} />
    </>
  );
}

function Bought({ licences }: { licences: Licences }) {
  const [text, setText] = useState(String(licences.bought));
  const save = useChange((bought: number) => changeLicences({ bought }), () => words.boughtSaved);
  const typed = /^\s*\d+\s*$/.test(text) ? Number(text) : null;
  const wrong = typed === null ? words.boughtWrong : save.isError ? messageOf(save.error) : undefined;
  return (
    <form
      className="settings-bar"
      onSubmit={(event) => {
        event.preventDefault();
        if (typed !== null) save.mutate(typed);
      }}
    >
      <Field label={words.boughtLabel} hint={words.boughtHint} validationMessage={wrong}>
        <Input inputMode="numeric" autoComplete="off" value={text} onChange={(_, data) => setText(data.value)} />
      </Field>
      <Button type="submit" disabledFocusable={save.isPending || typed === null || typed === licences.bought}>
        {texts.words.save}
      </Button>
    </form>
  );
}

function Holders({ left }: { left: number }) {
  const [typed, setTyped] = useState("");
  const [only, setOnly] = useState("");
  const [chosen, setChosen] = useState<ReadonlyMap<string, AccountUser>>(new Map());
  const [taking, setTaking] = useState(false);
  const q = useDebounced(typed.trim(), 200);
  const users = useInfiniteQuery(accountUsersQuery({ q: q || undefined, licensed: only === "" ? undefined : only === "yes" }));
  const items = users.data?.pages.flatMap((page) => page.items) ?? [];
  const done = () => (setChosen(new Map()), setTaking(false));
  const give = useChange((ids: string[]) => giveLicences(ids), (ids) => (done(), words.gaveTo(ids.length)));
  const take = useChange((ids: string[]) => takeLicences(ids), (ids) => (done(), words.tookFrom(ids.length)));
  const without = [...chosen.values()].filter((user) => !user.licensed).map((user) => user.id);
  const having = [...chosen.values()].filter((user) => user.licensed).map((user) => user.id);
  const toggle = (user: AccountUser, on: boolean) => {
    const next = new Map(chosen);
    if (on) next.set(user.id, user);
    else next.delete(user.id);
    setChosen(next);
  };
  return (
    <>
      <div className="settings-bar">
        <SearchBox className="settings-search" aria-label={setup.users.search} placeholder={setup.users.search} value={typed} onChange={(_, data) => setTyped(data.value)} />
        <Select aria-label={words.filter} value={only} onChange={(_, data) => setOnly(data.value)}>
          <option value="">{words.everybody}</option>
          <option value="yes">{words.withLicence}</option>
          <option value="no">{words.withoutLicence}</option>
        </Select>
        <span className="spacer" />
        <span className="settings-count" role="status">
          {chosen.size > 0 ? words.chosen(chosen.size) : ""}
        </span>
        <Button appearance="primary" disabledFocusable={without.length === 0 || give.isPending} onClick={() => give.mutate(without)}>
          {words.give}
        </Button>
        <Button disabledFocusable={having.length === 0 || take.isPending} onClick={() => setTaking(true)}>
          {words.take}
        </Button>
      </div>
      {without.length > left && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>{words.notEnough(without.length, left)}</MessageBarBody>
        </MessageBar>
      )}
      <div className="card settings-card">
        {users.isPending ? (
          <LoadingRows rows={6} />
        ) : users.isError && items.length === 0 ? (
          <ErrorState title={texts.errors.listTitle} error={users.error} onRetry={() => void users.refetch()} />
        ) : items.length === 0 ? (
          <EmptyState Icon={IconPerson} title={setup.users.emptyTitle} detail={words.emptyDetail} />
        ) : (
          <ul className="settings-list plain" aria-label={words.holders}>
            {items.map((user) => (
              <li key={user.id}>
                <Checkbox checked={chosen.has(user.id)} aria-label={words.choose(user.name)} onChange={(_, data) => toggle(user, data.checked === true)} />
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
                    {words.licensed}
                  </Badge>
                )}
              </li>
            ))}
          </ul>
        )}
        {users.hasNextPage && (
          <Button appearance="subtle" disabledFocusable={users.isFetchingNextPage} onClick={() => void users.fetchNextPage()}>
            {setup.users.more}
          </Button>
        )}
      </div>
      {taking && (
        <Confirm open title={words.takeTitle(having.length)} detail={words.takeDetail} confirm={words.take} busy={take.isPending} onConfirm={() => take.mutate(having)} onCancel={() => setTaking(false)} />
      )}
    </>
  );
}

function ModulesTab({ licences }: { licences: Licences }) {
  const whole = useUser().role === "system_administrator";
  const navigate = useNavigate();
  const [on, setOn] = useState(licences.mail_sync);
  const close = () => navigate({ to: "/start/configuration/account-settings/users" });
  const save = useChange((mail_sync: boolean) => changeLicences({ mail_sync }), (now) => (void close(), now ? words.moduleOn : words.moduleOffNow));
  return (
    <div className="card settings-form">
      <Checkbox label={words.mailSync} checked={on} disabled={!whole} onChange={(_, data) => setOn(data.checked === true)} />
      <p className="settings-note">{words.mailSyncHint}</p>
      {licences.mail_sync && !on && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>{words.offWarning}</MessageBarBody>
        </MessageBar>
      )}
      {whole ? (
        <div>
          <Button appearance="primary" disabledFocusable={save.isPending} onClick={() => (on === licences.mail_sync ? void close() : save.mutate(on))}>
            {words.saveAndClose}
          </Button>
        </div>
      ) : (
        <p className="settings-note">{words.askSystem}</p>
      )}
    </div>
  );
}
