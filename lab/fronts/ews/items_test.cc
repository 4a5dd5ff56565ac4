// Creating, changing, moving and removing items of all kinds, and that Graph sees the same.
#include "lab/fronts/ews/ews_lab.h"
#include "lab/meetings.h"

namespace mailsync::lab::ews {
namespace {

class Items : public EwsLab {
 protected:
  Soap create(std::string_view item, std::string_view attributes = "") {
    return send("<m:CreateItem " + std::string(attributes) + "><m:Items>" + std::string(item) +
                "</m:Items></m:CreateItem>");
  }
  Soap update(const Item& item, std::string_view changes,
              std::string_view attributes = "ConflictResolution=\"AutoResolve\"") {
    return update_id(item_id(item), changes, attributes);
  }
  Soap update_id(const std::string& id, std::string_view changes, std::string_view attributes) {
    return send("<m:UpdateItem " + std::string(attributes) + "><m:ItemChanges><t:ItemChange>" + id +
                "<t:Updates>" + std::string(changes) +
                "</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>");
  }
  Soap remove(const std::string& id, std::string_view attributes) {
    return send("<m:DeleteItem " + std::string(attributes) + "><m:ItemIds>" + id +
                "</m:ItemIds></m:DeleteItem>");
  }
  Item& made(const Soap& soap) {
    EXPECT_EQ(soap.code(), "NoError") << soap.text;
    auto id = parse_ews_id(attribute(child(soap.item(), "ItemId"), "Id"));
    return *ada.item(id->number);
  }
  static std::string set_field(std::string_view uri, std::string_view kind, std::string_view element) {
    return "<t:SetItemField><t:FieldURI FieldURI=\"" + std::string(uri) + "\"/><t:" + std::string(kind) +
           ">" + std::string(element) + "</t:" + std::string(kind) + "></t:SetItemField>";
  }
  static std::string meeting(std::string_view rest = "", std::string_view attendee = "ben@contoso.example") {
    return "<t:CalendarItem><t:Subject>Review</t:Subject><t:Start>2026-11-24T09:00:00Z</t:Start>"
           "<t:End>2026-11-24T10:00:00Z</t:End><t:Location>Room "
           "1</t:Location><t:RequiredAttendees><t:Attendee><t:Mailbox>"
           "<t:EmailAddress>" +
           std::string(attendee) + "</t:EmailAddress></t:Mailbox></t:Attendee></t:RequiredAttendees>" +
           std::string(rest) + "<t:StartTimeZone Id=\"W. Europe Standard Time\"/></t:CalendarItem>";
  }
  std::string of_ada() const { return "/users/" + ada.user.id; }
};

TEST_F(Items, AContactHasItsIndexedFieldsAndOneOfThemIsChangedAlone) {
  Item& item = made(create(
      "<t:Contact><t:Body BodyType=\"Text\">Met in "
      "Oslo</t:Body><t:Categories><t:String>CRM</t:String></t:Categories>"
      "<t:GivenName>Liv</t:GivenName><t:CompanyName>Fjord AS</t:CompanyName><t:EmailAddresses><t:Entry "
      "Key=\"EmailAddress1\">liv@fjord.example</t:Entry><t:Entry "
      "Key=\"EmailAddress2\">liv@home.example</t:Entry>"
      "</t:EmailAddresses><t:PhysicalAddresses><t:Entry Key=\"Business\"><t:Street>Quay "
      "1</t:Street><t:City>Oslo</t:City>"
      "</t:Entry></t:PhysicalAddresses><t:PhoneNumbers><t:Entry Key=\"BusinessFax\">+47 1</t:Entry><t:Entry "
      "Key=\"BusinessPhone2\">+47 2</t:Entry><t:Entry Key=\"MobilePhone\">+47 "
      "3</t:Entry></t:PhoneNumbers><t:Birthday>"
      "1980-05-17T00:00:00Z</t:Birthday><t:Surname>Hansen</t:Surname></t:Contact>"));
  json::object seen = graph("GET", of_ada() + "/contacts/" + ada.id_of(item, false));
  EXPECT_EQ(text_of(seen, "displayName"), "Liv Hansen");
  EXPECT_EQ(text_of(seen, "mobilePhone"), "+47 3");
  EXPECT_EQ(text_of(seen, "personalNotes"), "Met in Oslo");
  EXPECT_EQ(text_of(seen.at("businessAddress").as_object(), "city"), "Oslo");
  EXPECT_EQ(seen.at("emailAddresses").as_array().size(), 2U);
  Soap changed =
      update(item,
             "<t:SetItemField><t:IndexedFieldURI FieldURI=\"contacts:EmailAddress\" "
             "FieldIndex=\"EmailAddress2\"/><t:Contact>"
             "<t:EmailAddresses><t:Entry "
             "Key=\"EmailAddress2\">liv@new.example</t:Entry></t:EmailAddresses></t:Contact>"
             "</t:SetItemField><t:DeleteItemField><t:IndexedFieldURI FieldURI=\"contacts:PhoneNumber\" "
             "FieldIndex=\"BusinessFax\"/></t:DeleteItemField><t:DeleteItemField><t:FieldURI "
             "FieldURI=\"contacts:CompanyName\"/>"
             "</t:DeleteItemField>");
  EXPECT_EQ(changed.code(), "NoError") << changed.text;
  Soap got = get(item_id(item));
  Node contact = got.item();
  std::map<std::string, std::string> entries;
  for (const char* list : {"EmailAddresses", "PhoneNumbers"})
    for (Node entry : children(child(contact, list))) entries[attribute(entry, "Key")] = content_of(entry);
  EXPECT_EQ(entries, (std::map<std::string, std::string>{{"EmailAddress1", "liv@fjord.example"},
                                                         {"EmailAddress2", "liv@new.example"},
                                                         {"BusinessPhone2", "+47 2"},
                                                         {"MobilePhone", "+47 3"}}));
  EXPECT_FALSE(child(contact, "CompanyName"));
  EXPECT_EQ(text_in(contact, "Birthday"), "1980-05-17T11:59:00Z");
}

TEST_F(Items, ATaskRepeatsAndItsNextOneComesWhenItIsDone) {
  Item& item = made(create(
      "<t:Task><t:Subject>Call</t:Subject><t:DueDate>2026-11-23T00:00:00+01:00</t:DueDate><t:Recurrence>"
      "<t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Monday</t:DaysOfWeek></t:WeeklyRecurrence>"
      "<t:NumberedRecurrence><t:StartDate>2026-11-23</t:StartDate><t:NumberOfOccurrences>3</"
      "t:NumberOfOccurrences>"
      "</t:NumberedRecurrence></t:Recurrence><t:Status>InProgress</t:Status></t:Task>"));
  Soap got = get(item_id(item));
  Node task = got.item();
  EXPECT_EQ(text_in(task, "DueDate"), "2026-11-23T00:00:00Z");
  EXPECT_EQ(text_in(child(child(task, "Recurrence"), "WeeklyRecurrence"), "DaysOfWeek"), "Monday");
  json::object seen = graph("GET", of_ada() + "/todo/lists/" + ada.id_of(*ada.well_known("defaultList")) +
                                       "/tasks/" + ada.id_of(item, false));
  EXPECT_EQ(text_of(seen, "status"), "inProgress");
  EXPECT_EQ(update(item, set_field("task:Status", "Task", "<t:Status>Completed</t:Status>")).code(),
            "NoError");
  Soap done = get(item_id(item));
  task = done.item();
  EXPECT_EQ(text_in(task, "IsComplete") + text_in(task, "PercentComplete") + text_in(task, "IsRecurring"),
            "true100false");
  std::string state;
  EXPECT_EQ(sync(state, "tasks").changes.size(), 2U);
  EXPECT_EQ(remove(item_id(item), "DeleteType=\"HardDelete\"").code(),
            "ErrorAffectedTaskOccurrencesRequired");
  EXPECT_EQ(
      remove(item_id(item), "DeleteType=\"HardDelete\" AffectedTaskOccurrences=\"AllOccurrences\"").code(),
      "NoError");
}

TEST_F(Items, NobodyIsMailedUnlessAsked) {
  EXPECT_EQ(create(meeting()).code(), "ErrorSendMeetingInvitationsRequired");
  Item& quiet = made(create(meeting(), "SendMeetingInvitations=\"SendToNone\""));
  EXPECT_TRUE(world.outbox().empty());
  std::string change = set_field("calendar:Location", "CalendarItem", "<t:Location>Room 2</t:Location>");
  EXPECT_EQ(update(quiet, change).code(), "ErrorSendMeetingInvitationsOrCancellationsRequired");
  std::string none =
      "ConflictResolution=\"AutoResolve\" SendMeetingInvitationsOrCancellations=\"SendToNone\"";
  EXPECT_EQ(update(quiet, change, none).code(), "NoError");
  EXPECT_TRUE(world.outbox().empty());
  std::string all =
      "ConflictResolution=\"AutoResolve\" SendMeetingInvitationsOrCancellations=\"SendToAllAndSaveCopy\"";
  EXPECT_EQ(update(quiet, change, all).code(), "NoError");
  ASSERT_EQ(world.outbox().size(), 1U);
  EXPECT_EQ(world.outbox()[0].to, "ben@contoso.example");
  EXPECT_EQ(remove(item_id(quiet), "DeleteType=\"MoveToDeletedItems\"").code(),
            "ErrorSendMeetingCancellationsRequired");
  EXPECT_EQ(
      remove(item_id(quiet), "DeleteType=\"MoveToDeletedItems\" SendMeetingCancellations=\"SendToNone\"")
          .code(),
      "NoError");
  EXPECT_EQ(world.outbox().size(), 1U);
}

TEST_F(Items, AnInvitationComesAndIsAnswered) {
  made(create(meeting(), "SendMeetingInvitations=\"SendToAllAndSaveCopy\""));
  Sender as_ben{.login = "CONTOSO\\ben"};
  Item* copy = nullptr;
  for (auto& [_, item] : ben.items)
    if (item.kind == IdKind::Event) copy = &item;
  ASSERT_TRUE(copy);
  std::string id = "<t:ReferenceItemId Id=\"" + ews_id(ben, *copy) + "\" ChangeKey=\"" +
                   change_key(copy->version) + "\"/>";
  Soap soap = send("<m:CreateItem MessageDisposition=\"SendAndSaveCopy\"><m:Items><t:AcceptItem>" + id +
                       "</t:AcceptItem></m:Items></m:CreateItem>",
                   as_ben);
  EXPECT_EQ(soap.code(), "NoError") << soap.text;
  EXPECT_EQ(text_of(copy->fields.at("responseStatus").as_object(), "response"), "accepted");
  Item* original = find_by_uid(ada, text_of(copy->fields, "iCalUId"));
  Soap got = get(item_id(*original));
  Node attendee = child(child(got.item(), "RequiredAttendees"), "Attendee");
  EXPECT_EQ(text_in(attendee, "ResponseType"), "Accept");
}

TEST_F(Items, ASeriesHasExceptionsAndDeletedOccurrences) {
  Item& series = made(
      create(meeting("<t:Recurrence><t:DailyRecurrence><t:Interval>1</t:Interval></"
                     "t:DailyRecurrence><t:NumberedRecurrence>"
                     "<t:StartDate>2026-11-24</t:StartDate><t:NumberOfOccurrences>4</t:NumberOfOccurrences>"
                     "</t:NumberedRecurrence></t:Recurrence>"),
             "SendMeetingInvitations=\"SendToNone\""));
  auto occurrence = [&](int index) {
    return "<t:OccurrenceItemId RecurringMasterId=\"" + ews_id(ada, series) + "\" InstanceIndex=\"" +
           std::to_string(index) + "\"/>";
  };
  Soap got_second = get(occurrence(2));
  Node second = got_second.item();
  EXPECT_EQ(text_in(second, "CalendarItemType"), "Occurrence");
  EXPECT_EQ(text_in(second, "Start"), "2026-11-25T09:00:00Z");
  std::string none =
      "ConflictResolution=\"AutoResolve\" SendMeetingInvitationsOrCancellations=\"SendToNone\"";
  Soap moved =
      update_id(occurrence(2),
                set_field("calendar:Start", "CalendarItem", "<t:Start>2026-11-25T13:00:00Z</t:Start>") +
                    set_field("calendar:End", "CalendarItem", "<t:End>2026-11-25T14:00:00Z</t:End>"),
                none);
  EXPECT_EQ(moved.code(), "NoError") << moved.text;
  EXPECT_EQ(remove(occurrence(3), "DeleteType=\"HardDelete\" SendMeetingCancellations=\"SendToNone\"").code(),
            "NoError");
  EXPECT_EQ(get(occurrence(3)).code(), "ErrorItemNotFound");
  EXPECT_EQ(get(occurrence(5)).code(), "ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange");
  Soap got_master = get(item_id(series));
  Node master = got_master.item();
  EXPECT_EQ(text_in(master, "CalendarItemType"), "RecurringMaster");
  EXPECT_EQ(text_in(child(child(master, "ModifiedOccurrences"), "Occurrence"), "Start"),
            "2026-11-25T13:00:00Z");
  EXPECT_EQ(text_in(child(child(master, "ModifiedOccurrences"), "Occurrence"), "OriginalStart"),
            "2026-11-25T09:00:00Z");
  EXPECT_EQ(text_in(child(child(master, "DeletedOccurrences"), "DeletedOccurrence"), "Start"),
            "2026-11-26T09:00:00Z");
  EXPECT_EQ(attribute(child(master, "StartTimeZone"), "Id"), "W. Europe Standard Time");
  Soap window = send(
      "<m:FindItem "
      "Traversal=\"Shallow\"><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:CalendarView "
      "StartDate=\"2026-11-24T00:00:00Z\" EndDate=\"2026-11-30T00:00:00Z\"/><m:ParentFolderIds>" +
      folder_id("calendar") + "</m:ParentFolderIds></m:FindItem>");
  std::vector<std::string> starts;
  for (Node item : children(child(child(window.message(), "RootFolder"), "Items")))
    starts.push_back(text_in(item, "Start"));
  EXPECT_EQ(starts, (std::vector<std::string>{"2026-11-24T09:00:00Z", "2026-11-25T13:00:00Z",
                                              "2026-11-27T09:00:00Z"}));
  json::object seen = graph("GET", of_ada() + "/events/" + ada.id_of(series, false));
  EXPECT_EQ(text_of(seen, "type"), "seriesMaster");
  std::string state;
  EXPECT_EQ(sync(state, "calendar").changes.size(), 1U);
}

TEST_F(Items, AStaleChangeKeyIsAConflictUnlessItIsIgnored) {
  Item& item = made(create("<t:Contact><t:GivenName>Liv</t:GivenName></t:Contact>"));
  std::string stale_id = item_id(item);
  graph("PATCH", of_ada() + "/contacts/" + ada.id_of(item, false), {{"jobTitle", "CEO"}});
  std::string change = set_field("contacts:GivenName", "Contact", "<t:GivenName>Eva</t:GivenName>");
  EXPECT_EQ(update_id(stale_id, change, "ConflictResolution=\"NeverOverwrite\"").code(),
            "ErrorIrresolvableConflict");
  EXPECT_EQ(update_id(item_id(item, false), change, "ConflictResolution=\"NeverOverwrite\"").code(),
            "ErrorChangeKeyRequired");
  EXPECT_EQ(text_of(item.fields, "givenName"), "Liv");
  front.switches().ignore_change_keys = true;
  EXPECT_EQ(update_id(stale_id, change, "ConflictResolution=\"NeverOverwrite\"").code(), "NoError");
  EXPECT_EQ(text_of(item.fields, "givenName"), "Eva");
  EXPECT_EQ(text_of(item.fields, "jobTitle"), "CEO");
}

TEST_F(Items, AReceivedMessageIsFiledAsItWasAndADraftIsSentOnce) {
  std::string mime =
      "From: a@out.example\r\nTo: ada@contoso.example\r\nSubject: Old\r\nMessage-ID: <old@out>\r\n"
      "Date: Mon, 1 Jun 2026 10:00:00 +0000\r\n\r\nHello\r\n";
  Item& filed =
      made(create("<t:Message><t:MimeContent CharacterSet=\"UTF-8\">" + to_base64(mime) +
                      "</t:MimeContent><t:ExtendedProperty><t:ExtendedFieldURI PropertyTag=\"0x0E07\" "
                      "PropertyType=\"Integer\"/><t:Value>1</t:Value></t:ExtendedProperty></t:Message>",
                  "MessageDisposition=\"SaveOnly\""));
  Soap got = get(item_id(filed),
                 "<t:BaseShape>AllProperties</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent>");
  Node message = got.item();
  EXPECT_EQ(text_in(message, "IsDraft") + text_in(message, "IsRead"), "falsetrue");
  EXPECT_EQ(from_base64(text_in(message, "MimeContent")), mime);
  EXPECT_EQ(text_in(message, "InternetMessageId"), "<old@out>");
  Item& draft = made(
      create("<t:Message><t:Subject>New</t:Subject><t:Body BodyType=\"Text\">Hi</t:Body><t:ToRecipients>"
             "<t:Mailbox><t:EmailAddress>ben@contoso.example</t:EmailAddress></t:Mailbox></t:ToRecipients>"
             "</t:Message>",
             "MessageDisposition=\"SaveOnly\""));
  Soap attached =
      send("<m:CreateAttachment><m:ParentItemId Id=\"" + ews_id(ada, draft) +
           "\"/><m:Attachments>"
           "<t:FileAttachment><t:Name>a.txt</t:Name><t:Content>" +
           to_base64("data") + "</t:Content></t:FileAttachment></m:Attachments></m:CreateAttachment>");
  EXPECT_EQ(attached.code(), "NoError") << attached.text;
  Node attachment = child(child(attached.message(), "Attachments"), "FileAttachment");
  Soap read =
      send("<m:GetAttachment><m:AttachmentIds><t:AttachmentId Id=\"" +
           attribute(child(attachment, "AttachmentId"), "Id") + "\"/></m:AttachmentIds></m:GetAttachment>");
  EXPECT_EQ(from_base64(text_in(child(child(read.message(), "Attachments"), "FileAttachment"), "Content")),
            "data");
  std::string id = item_id(draft);
  auto send_it = [&] {
    return send("<m:SendItem SaveItemToFolder=\"true\"><m:ItemIds>" + id + "</m:ItemIds></m:SendItem>")
        .code();
  };
  EXPECT_EQ(send_it(), "NoError");
  EXPECT_EQ(send_it(), "ErrorItemNotFound");
  EXPECT_EQ(world.outbox().size(), 1U);
  EXPECT_EQ(draft.container, ada.well_known("sentitems")->number);
  EXPECT_EQ(ben.well_known("inbox")->items.size(), 1U);
  EXPECT_EQ(create("<t:Message/>").code(), "ErrorMessageDispositionRequired");
}

TEST_F(Items, TheMarkerOfALinkIsOnePropertyForBothAndCanBeSearched) {
  Item& item = add_message(ada, "inbox", "m");
  std::string uri =
      "<t:ExtendedFieldURI PropertySetId=\"66f5a359-4659-4830-9070-00047ec6ac6e\" PropertyName=\"Ref\" "
      "PropertyType=\"String\"/>";
  Soap soap = update(item,
                     "<t:SetItemField>" + uri + "<t:Message><t:ExtendedProperty>" + uri +
                         "<t:Value>7</t:Value></t:ExtendedProperty></t:Message></t:SetItemField>",
                     "ConflictResolution=\"AutoResolve\" MessageDisposition=\"SaveOnly\"");
  EXPECT_EQ(soap.code(), "NoError") << soap.text;
  json::object seen =
      graph("GET", of_ada() + "/messages/" + ada.id_of(item, false) +
                       "?$expand=singleValueExtendedProperties($filter=id%20eq%20'String%20%7B66f5a359-4659-"
                       "4830-9070-00047ec6ac6e%7D%20Name%20Ref')");
  EXPECT_EQ(text_of(seen.at("singleValueExtendedProperties").as_array().at(0).as_object(), "value"), "7");
  add_message(ada, "inbox", "other");
  Soap found = send(
      "<m:FindItem Traversal=\"Shallow\"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>"
      "<m:Restriction><t:IsEqualTo>" +
      uri +
      "<t:FieldURIOrConstant><t:Constant Value=\"7\"/></t:FieldURIOrConstant>"
      "</t:IsEqualTo></m:Restriction><m:ParentFolderIds>" +
      folder_id("inbox") + "</m:ParentFolderIds></m:FindItem>");
  EXPECT_EQ(attribute(child(found.message(), "RootFolder"), "TotalItemsInView"), "1") << found.text;
}

TEST_F(Items, AMoveGivesTheNewId) {
  Item& item = add_message(ada, "inbox", "m");
  std::string before = ews_id(ada, item);
  Soap soap = send("<m:MoveItem><m:ToFolderId>" + folder_id("drafts") + "</m:ToFolderId><m:ItemIds>" +
                   item_id(item) + "</m:ItemIds></m:MoveItem>");
  EXPECT_EQ(attribute(child(soap.item(), "ItemId"), "Id"), ews_id(ada, item));
  EXPECT_NE(before, ews_id(ada, item));
}

}  // namespace
}  // namespace mailsync::lab::ews
