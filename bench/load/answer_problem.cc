#include "bench/load/answer_problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace smsweb::bench {
namespace {

constexpr std::size_t kLongest = 60;

std::string FromJson(std::string_view body) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_object()) return {};
  for (const char* const field : {"code", "title"}) {
    const auto found = json.find(field);
    if (found != json.end() && found->is_string()) {
      return found->get<std::string>();
    }
  }
  return {};
}

// What is between `begin` and `end`; empty: they are not there.
std::string_view Between(std::string_view text, std::string_view begin,
                         std::string_view end) {
  const auto first = text.find(begin);
  if (first == std::string_view::npos) return {};
  text.remove_prefix(first + begin.size());
  return text.substr(0, text.find(end));
}

// On one line, single spaces between words.
std::string InOneLine(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool is_blank = c == ' ' || (c >= '\t' && c <= '\r');
    if (!is_blank) {
      line += c < ' ' || c > '~' ? '?' : c;
    } else if (!line.empty() && !line.ends_with(' ')) {
      line += ' ';
    }
  }
  if (line.ends_with(' ')) line.pop_back();
  return line;
}

}  // namespace

std::string NameProblem(int status, std::string_view body) {
  std::string name = FromJson(body);
  if (name.empty()) name = Between(body, "<title>", "</title>");
  if (name.empty()) name = body;
  name = InOneLine(name).substr(0, kLongest);
  return name.empty() ? fmt::format("{}, no body", status) : name;
}

}  // namespace smsweb::bench
