#include "common/store/message_json.h"

#include <nlohmann/json.hpp>

namespace smsweb {
namespace {

using Json = nlohmann::ordered_json;

Json PartJson(const Part& part) {
  Json json = {{"number", part.number}, {"state", ToString(part.state)}};
  if (part.message_reference >= 0) {
    json["message_reference"] = part.message_reference;
  }
  if (part.error_code >= 0) json["cms_error"] = part.error_code;
  return json;
}

}  // namespace

Json AcceptedJson(const NewMessage& message) {
  Json json = {{"id", ToString(message.id)},
               {"state", "queued"},
               {"class", ToString(message.message_class)},
               {"to", message.recipient},
               {"parts", message.parts},
               {"created_at", FormatRfc3339(message.created_at)},
               {"expires_at", FormatRfc3339(message.expires_at)}};
  if (message.not_before > message.created_at) {
    json["not_before"] = FormatRfc3339(message.not_before);
  }
  if (!message.reference.empty()) json["reference"] = message.reference;
  return json;
}

Json MessageJson(const Message& message) {
  Json json = AcceptedJson(message);
  json["state"] = ToString(message.state);
  json["updated_at"] = FormatRfc3339(message.updated_at);
  json["attempts"] = message.attempts;
  if (!message.modem.empty()) json["modem"] = message.modem;
  if (!message.error.empty()) json["error"] = message.error;
  Json parts = Json::array();
  for (const Part& part : message.part_records) parts.push_back(PartJson(part));
  json["part_states"] = parts;
  return json;
}

}  // namespace smsweb
