#include "common/store/message_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "common/pdu/delivery_status.h"

namespace smsweb {
namespace {

using Json = nlohmann::ordered_json;

Json PartJson(const Part& part) {
  Json json = {{"number", part.number}, {"state", ToString(part.state)}};
  if (part.message_reference >= 0) {
    json["message_reference"] = part.message_reference;
  }
  if (part.error_code >= 0) json["cms_error"] = part.error_code;
  if (part.report_status >= 0) {
    json["report"] = ToString(ReadDeliveryStatus(part.report_status));
    json["report_status"] = part.report_status;
    json["reported_at"] = FormatRfc3339(part.reported_at);
  }
  return json;
}

// Calls add(name, value) for each field of the answer to a new message.
void ListAccepted(const NewMessage& message, const auto& add) {
  add("id", ToString(message.id));
  add("state", ToString(MessageState::kQueued));
  add("class", ToString(message.message_class));
  add("to", message.recipient);
  add("parts", message.parts);
  if (!message.coding.empty()) add("encoding", message.coding);
  if (message.report) add("report", true);
  if (message.repeat_unknown) add("repeat_unknown", true);
  add("created_at", FormatRfc3339(message.created_at));
  add("expires_at", FormatRfc3339(message.expires_at));
  if (message.not_before > message.created_at) {
    add("not_before", FormatRfc3339(message.not_before));
  }
  if (!message.reference.empty()) add("reference", message.reference);
}

void AppendValue(bool value, std::string* text) {
  *text += value ? "true" : "false";
}

void AppendValue(int value, std::string* text) {
  *text += std::to_string(value);
}

void AppendValue(std::string_view value, std::string* text) {
  const bool plain = std::ranges::all_of(value, [](char c) {
    return c >= ' ' && c < 0x7F && c != '"' && c != '\\';
  });
  if (plain) {
    ((*text += '"') += value) += '"';
  } else {
    *text += Json(value).dump(-1, ' ', false, Json::error_handler_t::replace);
  }
}

}  // namespace

Json AcceptedJson(const NewMessage& message) {
  Json json;
  ListAccepted(message, [&](const char* name, const auto& value) {
    json[name] = value;
  });
  return json;
}

std::string AcceptedText(const NewMessage& message) {
  std::string text;
  text.reserve(256);
  ListAccepted(message, [&](std::string_view name, const auto& value) {
    text += text.empty() ? "{\"" : ",\"";
    (text += name) += "\":";
    AppendValue(value, &text);
  });
  return text += '}';
}

Json DuplicateJson(const NewMessage& message, const Uuid& first) {
  return {
      {"id", ToString(first)}, {"to", message.recipient}, {"duplicate", true}};
}

Json MessageItemJson(const Message& message) {
  Json json = AcceptedJson(message);
  json["state"] = ToString(message.state);
  json["updated_at"] = FormatRfc3339(message.updated_at);
  json["attempts"] = message.attempts;
  if (!message.modem.empty()) json["modem"] = message.modem;
  if (!message.error.empty()) json["error"] = message.error;
  return json;
}

Json MessageJson(const Message& message) {
  Json json = MessageItemJson(message);
  Json parts = Json::array();
  for (const Part& part : message.part_records) parts.push_back(PartJson(part));
  json["part_states"] = parts;
  return json;
}

}  // namespace smsweb
