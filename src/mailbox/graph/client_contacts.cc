#include "mailbox/graph/client.h"
#include "net/url.h"

namespace mailsync::graph {
namespace {

constexpr std::string_view kContact =
    "changeKey,parentFolderId,lastModifiedDateTime,categories,givenName,middleName,surname,title,generation,"
    "displayName,"
    "companyName,department,jobTitle,mobilePhone,businessHomePage,emailAddresses,businessPhones,"
    "businessAddress";

// Our mark along with the item.
std::string with_operation() {
  return "&$expand=" + net::percent_encode("singleValueExtendedProperties($filter=id eq '" +
                                           std::string(kOperationProperty) + "')");
}

}  // namespace

std::string Client::contact_path(const std::string& id) const {
  return path("/contacts/" + net::percent_encode(id) + "?$select=" + std::string(kContact) +
              with_operation());
}

PageTask<WireFolder> Client::child_contact_folders(std::string folder, std::string link) {
  Call call;
  call.url = !link.empty() ? link
             : folder.empty()
                 ? path("/contactFolders?$top=250")
                 : path("/contactFolders/" + net::percent_encode(folder) + "/childFolders?$top=250");
  call.what = "Listing the contact folders";
  return page<WireFolder>(std::move(call), read_folder);
}

Task<Result<WireFolder>> Client::create_contact_folder(std::string name) {
  Call call;
  call.method = "POST";
  call.url = path("/contactFolders");
  call.what = "Creating the contact folder";
  call.body = boost::json::serialize(object{{"displayName", name}});
  return one<WireFolder>(std::move(call), read_folder);
}

PageTask<WireContact> Client::contacts_delta(std::string folder, std::string link) {
  return page<WireContact>(delta_call(path("/contactFolders/" + net::percent_encode(folder) +
                                           "/contacts/delta?$select=" + std::string(kContact)),
                                      std::move(link), "Reading what changed in a contact folder"),
                           read_contact);
}

Task<Result<WireContact>> Client::contact(std::string id) {
  Call call;
  call.url = contact_path(id);
  call.what = "Reading a contact";
  return one<WireContact>(std::move(call), read_contact);
}

Task<Result<WireContact>> Client::create_contact(std::string folder, std::string json) {
  Call call;
  call.method = "POST";
  call.url = path("/contactFolders/" + net::percent_encode(folder) + "/contacts");
  call.what = "Creating a contact";
  call.body = std::move(json);
  return one<WireContact>(std::move(call), read_contact);
}

Task<Result<WireContact>> Client::patch_contact(std::string id, std::string json, std::string change_key) {
  Call call;
  call.method = "PATCH";
  call.url = path("/contacts/" + net::percent_encode(id));
  call.what = "Changing a contact";
  call.body = std::move(json);
  call.change_key = std::move(change_key);
  return one<WireContact>(std::move(call), read_contact);
}

Task<Result<void>> Client::delete_contact(std::string id, std::string change_key) {
  Call call;
  call.method = "DELETE";
  call.url = path("/contacts/" + net::percent_encode(id));
  call.what = "Deleting a contact";
  call.change_key = std::move(change_key);
  return nothing(std::move(call));
}

PageTask<WireContact> Client::find_contacts(std::string folder, std::string operation) {
  Call call;
  call.url =
      path("/contactFolders/" + net::percent_encode(folder) + "/contacts?$select=" + std::string(kContact) +
           "&$filter=" +
           net::percent_encode("singleValueExtendedProperties/Any(ep: ep/id eq '" +
                               std::string(kOperationProperty) + "' and ep/value eq '" + operation + "')") +
           with_operation());
  call.what = "Looking for a contact that was created";
  return page<WireContact>(std::move(call), read_contact);
}

}  // namespace mailsync::graph
