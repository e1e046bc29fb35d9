// [window]: at which hours and on which days a class is sent, by whose clock.
#include <algorithm>
#include <array>

#include "common/config/sections.h"

namespace smsweb {
namespace {

using std::chrono::minutes;

constexpr std::array<std::string_view, 7> kDays = {"sun", "mon", "tue", "wed",
                                                   "thu", "fri", "sat"};

std::optional<int> TwoDigits(std::string_view text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.size() != 2 || !std::ranges::all_of(text, digit)) {
    return std::nullopt;
  }
  return (text[0] - '0') * 10 + (text[1] - '0');
}

// "09:30"; up to "24:00".
std::optional<minutes> TimeOfDay(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hour = TwoDigits(text.substr(0, 2));
  const auto minute = TwoDigits(text.substr(3));
  if (!hour || !minute || *minute > 59) return std::nullopt;
  const minutes time(*hour * 60 + *minute);
  if (time > std::chrono::hours(24)) return std::nullopt;
  return time;
}

void ReadHours(TableReader& table, WindowConfig* out) {
  std::string hours = "00:00-24:00";
  table.Read("hours", &hours);
  const std::string_view text = hours;
  const auto dash = std::min(text.find('-'), text.size());
  const auto opens = TimeOfDay(text.substr(0, dash));
  const auto closes = TimeOfDay(text.substr(std::min(dash + 1, text.size())));
  if (!opens || !closes || *opens == std::chrono::hours(24)) {
    return table.Refuse("hours",
                        "takes \"HH:MM-HH:MM\", as \"09:00-20:00\"; "
                        "\"20:00-06:00\" ends on the next day");
  }
  if (*opens == *closes) {
    return table.Refuse(
        "hours", "it opens as it closes; a whole day is \"00:00-24:00\"");
  }
  out->opens = *opens;
  // "20:00-00:00" is "20:00-24:00".
  out->closes = *closes == minutes(0) ? std::chrono::hours(24) : *closes;
}

void ReadDays(TableReader& table, WindowConfig* out) {
  std::vector<std::string> days(kDays.begin(), kDays.end());
  table.Read("days", &days);
  out->days = 0;
  for (const auto& day : days) {
    const auto found = std::ranges::find(kDays, day);
    if (found == kDays.end()) {
      table.Refuse("days", fmt::format("\"{}\" is no day; known: {}", day,
                                       fmt::join(kDays, ", ")));
    } else {
      out->days |= static_cast<std::uint8_t>(1U << (found - kDays.begin()));
    }
  }
  if (days.empty()) table.Refuse("days", "takes one day at least");
}

void ReadWindow(TableReader table, WindowConfig* out) {
  ReadHours(table, out);
  ReadDays(table, out);
  table.Read("zone", &out->zone.name);
  out->zone.line = table.LineOf("zone");
  table.RefuseUnknownKeys();
}

void ReadZones(TableReader table, std::map<std::string, ZoneName>* zones) {
  for (const auto& prefix : table.Keys()) {
    ZoneName zone{.line = table.LineOf(prefix)};
    table.Read(prefix, &zone.name);
    if (!IsNumberPrefix(prefix)) {
      table.Refuse(prefix,
                   "it is no prefix; write the beginning of a number as "
                   "\"+1212\"");
    }
    zones->emplace(prefix, std::move(zone));
  }
}

}  // namespace

void ReadWindows(TableReader table, WindowsConfig* out) {
  ReadWindow(table.ReadTable("transactional"), &out->transactional);
  ReadWindow(table.ReadTable("bulk"), &out->bulk);
  ReadZones(table.ReadTable("zones"), &out->zones);
  if (table.LineOf("otp") != 0) {
    table.ReadTable("otp");
    table.Refuse("otp",
                 "this class has no window: a code is of no use outside of its "
                 "life, and is sent at once");
  }
  table.RefuseUnknownKeys();
}

}  // namespace smsweb
