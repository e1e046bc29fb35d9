#include "common/verify/verification_json.h"

#include <fmt/format.h>
#include <utf8.h>

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <span>

#include "common/message/draft_json.h"

namespace smsweb {
namespace {

using Json = nlohmann::ordered_json;
using MaybeFault = std::optional<FieldFault>;

FieldFault WrongType(std::string_view field, std::string_view takes) {
  return {"wrong_type", std::string(field),
          fmt::format("{} takes {}", field, takes)};
}

MaybeFault ReadString(std::string_view field, const Json& value,
                      std::string* out) {
  if (!value.is_string()) return WrongType(field, "a string");
  *out = value.get<std::string>();
  if (utf8::is_valid(out->begin(), out->end()) && !out->contains('\0')) {
    return std::nullopt;
  }
  return FieldFault{"invalid_utf8", std::string(field),
                    fmt::format("{} is not UTF-8", field)};
}

// Any whole number that fits; what is allowed is looked at later.
MaybeFault ReadNumber(std::string_view field, const Json& value, auto set) {
  constexpr std::int64_t kMost = 1'000'000'000;
  if (!value.is_number_integer()) return WrongType(field, "a whole number");
  const bool fits = value.is_number_unsigned()
                        ? value.get<std::uint64_t>() <= kMost
                        : value.get<std::int64_t>() >= -kMost;
  if (!fits) {
    return FieldFault{"out_of_range", std::string(field),
                      fmt::format("{} is far out of its range", field)};
  }
  set(value.get<std::int64_t>());
  return std::nullopt;
}

// Writing it again recurses; and nobody means it.
constexpr int kDeepest = 16;

bool NestsTooDeep(std::string_view json) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kDeepest) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

MaybeFault ReadMetadata(const Json& value, std::string* out) {
  if (!value.is_object()) return WrongType("metadata", "an object");
  *out = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (out->size() <= kLongestMetadata) return std::nullopt;
  return FieldFault{
      "out_of_range", "metadata",
      fmt::format("metadata may have {} bytes as JSON", kLongestMetadata)};
}

MaybeFault ReadDevice(const Json& value, std::string* out) {
  auto fault = ReadString("device_id", value, out);
  if (fault || out->size() <= kLongestDevice) return fault;
  return FieldFault{"out_of_range", "device_id",
                    fmt::format("device_id may have {} bytes", kLongestDevice)};
}

struct Field {
  std::string_view name;
  std::function<MaybeFault(const Json& value)> read;
};

MaybeFault ReadFields(std::string_view body, std::span<const Field> fields) {
  if (NestsTooDeep(body)) {
    return FieldFault{"malformed_json", "",
                      fmt::format("the body nests deeper than {}", kDeepest)};
  }
  const Json json = Json::parse(body, nullptr, false);
  if (json.is_discarded()) {
    return FieldFault{"malformed_json", "", "the body is not JSON"};
  }
  if (!json.is_object()) {
    return FieldFault{"malformed_json", "", "the body is no JSON object"};
  }
  for (const auto& [name, value] : json.items()) {
    const auto field = std::ranges::find(fields, name, &Field::name);
    if (field == fields.end()) {
      return FieldFault{
          "unknown_field", Shown(name),
          fmt::format("this resource has no field \"{}\"", Shown(name))};
    }
    if (value.is_null()) continue;
    if (auto fault = field->read(value)) return fault;
  }
  return std::nullopt;
}

FieldFault Missing(std::string_view field) {
  return {"missing_field", std::string(field),
          fmt::format("{} is missing", field)};
}

}  // namespace

Json VerificationJson(const Verification& verification) {
  Json json = {
      {"id", ToString(verification.id)},
      {"to", verification.recipient},
      {"status", ToString(verification.state)},
      {"created_at", FormatRfc3339(verification.created_at)},
      {"expires_at", FormatRfc3339(verification.expires_at)},
      {"resend_after", FormatRfc3339(verification.resend_after)},
      {"attempts_left", verification.attempts_left},
      {"sends_left", verification.sends_left},
      {"message_id", ToString(verification.message)},
      {"message_state", verification.message_state
                            ? Json(ToString(*verification.message_state))
                            : Json(nullptr)},
      {"parts", verification.parts}};
  if (!verification.metadata.empty()) {
    Json metadata = Json::parse(verification.metadata, nullptr, false);
    if (!metadata.is_discarded()) json["metadata"] = std::move(metadata);
  }
  return json;
}

Json CheckJson(const Verification& verification) {
  return {{"id", ToString(verification.id)},
          {"status", ToString(verification.state)},
          {"attempts_left", verification.attempts_left}};
}

std::expected<VerificationOrder, FieldFault> OrderFromJson(
    std::string_view body) {
  VerificationOrder order;
  const auto text = [](std::string_view name, std::string* out) {
    return Field{name, [name, out](const Json& value) {
                   return ReadString(name, value, out);
                 }};
  };
  const Field fields[] = {
      text("to", &order.to),
      text("locale", &order.text.locale),
      text("template", &order.text.template_name),
      text("app_hash", &order.text.app_hash),
      text("origin", &order.text.origin),
      text("client_ip", &order.client_ip),
      {"device_id",
       [&](const Json& v) { return ReadDevice(v, &order.device_id); }},
      {"metadata",
       [&](const Json& v) { return ReadMetadata(v, &order.metadata); }},
      {"code_length",
       [&](const Json& v) {
         return ReadNumber("code_length", v, [&](std::int64_t n) {
           order.code_length = static_cast<int>(n);
         });
       }},
      {"ttl",
       [&](const Json& v) {
         return ReadNumber("ttl", v, [&](std::int64_t n) {
           order.ttl = std::chrono::seconds(n);
         });
       }},
  };
  if (auto fault = ReadFields(body, fields)) {
    return std::unexpected(std::move(*fault));
  }
  if (order.to.empty()) return std::unexpected(Missing("to"));
  return order;
}

std::expected<std::string, FieldFault> MetadataFromJson(std::string_view json) {
  std::string metadata;
  const Json value =
      NestsTooDeep(json) ? Json() : Json::parse(json, nullptr, false);
  if (auto fault = ReadMetadata(value, &metadata)) {
    return std::unexpected(std::move(*fault));
  }
  return metadata;
}

std::expected<CheckOrder, FieldFault> CheckFromJson(std::string_view body,
                                                    bool with_to) {
  CheckOrder order;
  const Field fields[] = {
      {"code",
       [&](const Json& v) { return ReadString("code", v, &order.code); }},
      {"to", [&](const Json& v) { return ReadString("to", v, &order.to); }},
  };
  const auto count = with_to ? std::size(fields) : 1;
  if (auto fault = ReadFields(body, std::span(fields).first(count))) {
    return std::unexpected(std::move(*fault));
  }
  if (order.code.empty()) return std::unexpected(Missing("code"));
  if (with_to && order.to.empty()) return std::unexpected(Missing("to"));
  return order;
}

}  // namespace smsweb
