#include "common/store/inbound_json.h"

#include <nlohmann/json.hpp>

namespace smsweb {

bool IsData(const InboundMessage& message) {
  return message.coding == "8bit" || message.coding == "undecodable";
}

nlohmann::ordered_json InboundJson(const InboundMessage& message) {
  nlohmann::ordered_json json = {{"id", ToString(message.id)},
                                 {"from", message.sender},
                                 {"to_modem", message.modem}};
  json[IsData(message) ? "data" : "text"] = message.text;
  json["encoding"] = message.coding;
  if (message.port >= 0) json["port"] = message.port;
  json["parts"] = message.parts;
  json["parts_received"] = message.parts_received;
  json["complete"] = message.Complete();
  json["sent_at"] = FormatRfc3339(message.sent_at);
  json["received_at"] = FormatRfc3339(message.received_at);
  return json;
}

}  // namespace smsweb
