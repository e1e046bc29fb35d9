#include "bench/setup/directives.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "common/base/read_file.h"

namespace smsweb::bench {
namespace {

constexpr std::string_view kBlanks = " \t";

bool IsOfName(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' ||
         c == '-' || c == '.';
}

std::string_view WithoutBlanks(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text;
}

// The number that `rest`, which is what follows the name, begins with.
std::optional<std::int64_t> NumberAfter(std::string_view rest) {
  if (rest.empty() || IsOfName(rest.front())) return std::nullopt;
  rest = WithoutBlanks(rest);
  if (rest.starts_with('=')) rest = WithoutBlanks(rest.substr(1));
  std::int64_t number = 0;
  const auto read =
      std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (read.ec != std::errc()) return std::nullopt;
  return number;
}

std::optional<std::int64_t> SizeInLine(std::string_view line,
                                       std::string_view name) {
  for (auto place = line.find(name); place != line.npos;
       place = line.find(name, place + 1)) {
    if (place > 0 && IsOfName(line[place - 1])) continue;
    if (const auto number = NumberAfter(line.substr(place + name.size()))) {
      return number;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> SizeIn(std::string_view text,
                                   std::string_view name) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = WithoutBlanks(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with('#') || line.starts_with(';')) continue;
    if (const auto size = SizeInLine(line, name)) return size;
  }
  return std::nullopt;
}

Result<std::map<std::string, std::int64_t>> SizesIn(
    const std::vector<std::filesystem::path>& files,
    const std::vector<std::string>& names) {
  std::map<std::string, std::int64_t> sizes;
  for (const auto& file : files) {
    const auto text = ReadFile(file);
    if (!text) return std::unexpected(text.error());
    for (const std::string& name : names) {
      if (const auto size = SizeIn(*text, name)) sizes.emplace(name, *size);
    }
  }
  return sizes;
}

}  // namespace smsweb::bench
