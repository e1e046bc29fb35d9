#include "common/message/draft_json.h"

#include <fmt/format.h>
#include <utf8.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

namespace smsweb {
namespace {

using Json = nlohmann::ordered_json;
using MaybeFault = std::optional<FieldFault>;

FieldFault WrongType(std::string_view field, std::string_view takes) {
  return {"wrong_type", std::string(field),
          fmt::format("{} takes {}", field, takes)};
}

FieldFault OutOfRange(std::string_view field, std::string detail) {
  return {"out_of_range", std::string(field), std::move(detail)};
}

FieldFault Unknown(std::string_view name) {
  return {"unknown_field", std::string(name),
          fmt::format("this resource has no field \"{}\"", name)};
}

MaybeFault ReadString(std::string_view field, const Json& value,
                      std::string* out) {
  if (!value.is_string()) return WrongType(field, "a string");
  *out = value.get<std::string>();
  return std::nullopt;
}

MaybeFault ReadBool(std::string_view field, const Json& value, auto* out) {
  if (!value.is_boolean()) return WrongType(field, "true or false");
  *out = value.get<bool>();
  return std::nullopt;
}

MaybeFault ReadTo(const Json& value, Draft* draft) {
  return ReadString("to", value, &draft->to);
}

MaybeFault ReadText(const Json& value, Draft* draft) {
  return ReadString("text", value, &draft->text);
}

MaybeFault ReadReference(const Json& value, Draft* draft) {
  std::string& reference = draft->reference;
  auto fault = ReadString("reference", value, &reference);
  if (fault) return fault;
  if (reference.size() > kLongestReference) {
    return OutOfRange("reference", fmt::format("reference may have {} bytes",
                                               kLongestReference));
  }
  if (!utf8::is_valid(reference.begin(), reference.end())) {
    return FieldFault{"invalid_utf8", "reference", "reference is not UTF-8"};
  }
  return std::nullopt;
}

MaybeFault ReadClass(const Json& value, Draft* draft) {
  std::string name;
  if (auto fault = ReadString("class", value, &name)) return fault;
  const auto message_class = ParseMessageClass(name);
  if (!message_class) {
    return OutOfRange("class",
                      "class takes \"otp\", \"transactional\" or \"bulk\"");
  }
  draft->message_class = *message_class;
  return std::nullopt;
}

MaybeFault ReadTtl(const Json& value, Draft* draft) {
  if (!value.is_number_integer()) return WrongType("ttl", "a whole number");
  const std::chrono::seconds ttl(value.get<std::int64_t>());
  if (ttl < kShortestTtl || ttl > kLongestTtl) {
    return OutOfRange("ttl",
                      fmt::format("ttl takes seconds, from {} to {}",
                                  kShortestTtl.count(), kLongestTtl.count()));
  }
  draft->ttl = ttl;
  return std::nullopt;
}

MaybeFault ReadNotBefore(const Json& value, Draft* draft) {
  std::string text;
  if (auto fault = ReadString("not_before", value, &text)) return fault;
  draft->not_before = ParseRfc3339(text);
  if (draft->not_before) return std::nullopt;
  return OutOfRange("not_before",
                    "not_before takes a time as \"2026-11-23T07:16:48Z\"");
}

MaybeFault ReadReport(const Json& value, Draft* draft) {
  return ReadBool("report", value, &draft->report);
}

MaybeFault ReadRepeatUnknown(const Json& value, Draft* draft) {
  return ReadBool("repeat_unknown", value, &draft->repeat_unknown);
}

MaybeFault ReadCallbackUrl(const Json& value, Draft* draft) {
  return ReadString("callback_url", value, &draft->callback_url);
}

MaybeFault ReadModem(const Json& value, Draft* draft) {
  return ReadString("modem", value, &draft->modem);
}

// How a value is written where there is no JSON around it.
enum class Written : std::uint8_t { kText, kNumber, kBool };

struct Field {
  std::string_view name;
  MaybeFault (*read)(const Json& value, Draft* draft);
  Written written = Written::kText;
};

constexpr Field kFields[] = {
    {"to", ReadTo},
    {"text", ReadText},
    {"class", ReadClass},
    {"ttl", ReadTtl, Written::kNumber},
    {"not_before", ReadNotBefore},
    {"reference", ReadReference},
    {"report", ReadReport, Written::kBool},
    {"repeat_unknown", ReadRepeatUnknown, Written::kBool},
    {"callback_url", ReadCallbackUrl},
    {"modem", ReadModem},
};

const Field* FindField(std::string_view name) {
  const auto* field = std::ranges::find(kFields, name, &Field::name);
  return field == std::end(kFields) ? nullptr : field;
}

// What is not written as it should be stays a text, of which read() says so.
Json ValueOf(Written written, std::string_view value) {
  if (written == Written::kBool) {
    if (value == "true" || value == "1") return true;
    if (value == "false" || value == "0") return false;
  }
  if (written == Written::kNumber) {
    std::int64_t number = 0;
    const auto [end, error] =
        std::from_chars(value.data(), value.data() + value.size(), number);
    if (error == std::errc() && end == value.data() + value.size()) {
      return number;
    }
  }
  return std::string(value);
}

MaybeFault ReadRecipients(const Json& list, DraftRequest* request) {
  if (list.empty() || list.size() > kMostRecipients) {
    return OutOfRange(
        "to", fmt::format("a list has 1 to {} recipients", kMostRecipients));
  }
  auto& recipients = request->recipients.emplace();
  recipients.reserve(list.size());
  for (const Json& to : list) {
    auto fault = ReadString("to", to, &recipients.emplace_back());
    if (fault) return WrongType("to", "a string, or a list of strings");
  }
  return std::nullopt;
}

MaybeFault ReadField(std::string_view name, const Json& value,
                     DraftRequest* request) {
  const Field* field = FindField(name);
  if (!field) return Unknown(name);
  if (name == "to" && value.is_array()) return ReadRecipients(value, request);
  return field->read(value, &request->draft);
}

FieldFault Missing(std::string_view name) {
  return {"missing_field", std::string(name),
          fmt::format("{} is missing", name)};
}

}  // namespace

std::expected<DraftRequest, FieldFault> DraftFromJson(std::string_view body,
                                                      const Draft& defaults) {
  const Json json = Json::parse(body, nullptr, false);
  if (json.is_discarded() || !json.is_object()) {
    return std::unexpected(
        FieldFault{"malformed_json", "", "it is not a JSON object"});
  }
  DraftRequest request{.draft = defaults};
  for (const auto& [name, value] : json.items()) {
    if (auto fault = ReadField(name, value, &request)) {
      return std::unexpected(std::move(*fault));
    }
  }
  if (!json.contains("to")) return std::unexpected(Missing("to"));
  if (!json.contains("text") && defaults.text.empty()) {
    return std::unexpected(Missing("text"));
  }
  return request;
}

std::optional<FieldFault> ReadDraftField(std::string_view name,
                                         std::string_view value, Draft* draft) {
  const Field* field = FindField(name);
  if (!field) return Unknown(name);
  return field->read(ValueOf(field->written, value), draft);
}

bool IsDraftField(std::string_view name) { return FindField(name) != nullptr; }

Json DetailsOf(const DraftError& error, const MessageConfig& config) {
  Json details = {{"field", FieldOf(error)}};
  if (error.problem == DraftProblem::kTooManyParts) {
    details["parts"] = error.parts;
    details["max_parts"] = config.max_parts;
  }
  if (error.opens_at) details["opens_at"] = FormatRfc3339(*error.opens_at);
  return details;
}

}  // namespace smsweb
