#include "cgi/draft_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace smsweb {
namespace {

using Json = nlohmann::ordered_json;
using MaybeProblem = std::optional<Response>;

MaybeProblem OutOfRange(std::string_view field, std::string detail) {
  return FieldProblem("out_of_range", field, std::move(detail));
}

MaybeProblem ReadString(std::string_view field, const Json& value,
                        std::string* out) {
  if (!value.is_string()) {
    return FieldProblem("wrong_type", field,
                        fmt::format("{} takes a string", field));
  }
  *out = value.get<std::string>();
  return std::nullopt;
}

MaybeProblem ReadTo(const Json& value, Draft* draft) {
  return ReadString("to", value, &draft->to);
}

MaybeProblem ReadText(const Json& value, Draft* draft) {
  return ReadString("text", value, &draft->text);
}

MaybeProblem ReadReference(const Json& value, Draft* draft) {
  auto problem = ReadString("reference", value, &draft->reference);
  if (problem || draft->reference.size() <= kLongestReference) return problem;
  return OutOfRange("reference", fmt::format("reference may have {} bytes",
                                             kLongestReference));
}

MaybeProblem ReadClass(const Json& value, Draft* draft) {
  std::string name;
  if (auto problem = ReadString("class", value, &name)) return problem;
  const auto message_class = ParseMessageClass(name);
  if (!message_class) {
    return OutOfRange("class",
                      "class takes \"otp\", \"transactional\" or \"bulk\"");
  }
  draft->message_class = *message_class;
  return std::nullopt;
}

MaybeProblem ReadTtl(const Json& value, Draft* draft) {
  if (!value.is_number_integer()) {
    return FieldProblem("wrong_type", "ttl", "ttl takes a whole number");
  }
  const std::chrono::seconds ttl(value.get<std::int64_t>());
  if (ttl < kShortestTtl || ttl > kLongestTtl) {
    return OutOfRange("ttl",
                      fmt::format("ttl takes seconds, from {} to {}",
                                  kShortestTtl.count(), kLongestTtl.count()));
  }
  draft->ttl = ttl;
  return std::nullopt;
}

MaybeProblem ReadNotBefore(const Json& value, Draft* draft) {
  std::string text;
  if (auto problem = ReadString("not_before", value, &text)) return problem;
  draft->not_before = ParseRfc3339(text);
  if (draft->not_before) return std::nullopt;
  return OutOfRange("not_before",
                    "not_before takes a time as \"2026-11-23T07:16:48Z\"");
}

MaybeProblem ReadReport(const Json& value, Draft* draft) {
  if (!value.is_boolean()) {
    return FieldProblem("wrong_type", "report", "report takes true or false");
  }
  draft->report = value.get<bool>();
  return std::nullopt;
}

MaybeProblem ReadCallbackUrl(const Json& value, Draft* draft) {
  return ReadString("callback_url", value, &draft->callback_url);
}

MaybeProblem ReadModem(const Json& value, Draft* draft) {
  return ReadString("modem", value, &draft->modem);
}

struct Field {
  std::string_view name;
  MaybeProblem (*read)(const Json& value, Draft* draft);
  bool required = false;
};

constexpr Field kFields[] = {
    {"to", ReadTo, true},          {"text", ReadText, true},
    {"class", ReadClass},          {"ttl", ReadTtl},
    {"not_before", ReadNotBefore}, {"reference", ReadReference},
    {"report", ReadReport},        {"callback_url", ReadCallbackUrl},
    {"modem", ReadModem},
};

MaybeProblem ReadField(std::string_view name, const Json& value, Draft* draft) {
  const auto* field = std::ranges::find(kFields, name, &Field::name);
  if (field == std::end(kFields)) {
    return FieldProblem("unknown_field", name,
                        fmt::format("this resource has no field \"{}\"", name));
  }
  return field->read(value, draft);
}

}  // namespace

std::expected<Draft, Response> DraftFromJson(std::string_view body) {
  const Json json = Json::parse(body, nullptr, false);
  if (json.is_discarded() || !json.is_object()) {
    return std::unexpected(
        Problem(400, "malformed_json", "the body is not a JSON object"));
  }
  Draft draft;
  for (const auto& [name, value] : json.items()) {
    if (auto problem = ReadField(name, value, &draft)) {
      return std::unexpected(std::move(*problem));
    }
  }
  for (const Field& field : kFields) {
    if (field.required && !json.contains(field.name)) {
      return std::unexpected(
          FieldProblem("missing_field", field.name,
                       fmt::format("{} is missing", field.name)));
    }
  }
  return draft;
}

}  // namespace smsweb
