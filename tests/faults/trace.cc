#include "faults/trace.h"

#include <fmt/format.h>

#include <algorithm>

namespace smsweb::faults {
namespace {

constexpr std::size_t kLines = 400;

std::string Visible(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    if (c == '\r') {
      text += "\\r";
    } else if (c == '\n') {
      text += "\\n";
    } else if (c == '\x1B') {
      text += "^[";
    } else if (c == '\x1A') {
      text += "^Z";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == '\x7F') {
      text += fmt::format("\\x{:02X}", static_cast<unsigned char>(c));
    } else {
      text += c;
    }
  }
  return text;
}

}  // namespace

void Trace::Add(Millis since_start, std::string_view text) {
  lines_.push_back(fmt::format(
      "{:>10.3f}s  {}", static_cast<double>(since_start.count()) / 1000, text));
  if (lines_.size() > kLines) lines_.pop_front();
}

void Trace::Host(Millis since_start, const std::string& modem,
                 std::string_view bytes) {
  Add(since_start, fmt::format("{} > {}", modem, Visible(bytes)));
  std::string& line = unfinished_[modem];
  for (const char c : bytes) {
    if (c == '\r' || c == '\x1A') {
      commands_[modem].push_back(line);
      line.clear();
    } else if (c != '\x1B') {
      line += c;
    }
  }
}

void Trace::Modem(Millis since_start, const std::string& modem,
                  std::string_view bytes) {
  Add(since_start, fmt::format("{} < {}", modem, Visible(bytes)));
}

std::string Trace::Show() const {
  return fmt::format("{}", fmt::join(lines_, "\n"));
}

int Trace::Written(const std::string& modem, const std::string& prefix) const {
  const auto found = commands_.find(modem);
  if (found == commands_.end()) return 0;
  return static_cast<int>(std::ranges::count_if(
      found->second,
      [&](const std::string& line) { return line.starts_with(prefix); }));
}

}  // namespace smsweb::faults
