#include "sim/settings.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace smsweb::sim {
namespace {

struct Value {
  int min = 0;
  int max = 0;
  int factory = 0;
};

struct Row {
  std::string_view name;
  std::string_view test;
  std::size_t count;
  std::array<Value, 5> values;
};

// TS 27.005 and TS 27.007 name each; +IPR, +ICF and +IFC are V.250's.
constexpr auto kRows = std::to_array<Row>({
    {"+CMEE", "(0-2)", 1, {{{0, 2, 0}}}},
    {"+CMGF", "(0,1)", 1, {{{0, 1, 0}}}},
    {"+CMMS", "(0-2)", 1, {{{0, 2, 0}}}},
    {"+CSDH", "(0,1)", 1, {{{0, 1, 0}}}},
    {"+CNMI",
     "(0-2),(0-3),(0,2,3),(0-2),(0,1)",
     5,
     {{{0, 2, 0}, {0, 3, 0}, {0, 3, 0}, {0, 2, 0}, {0, 1, 0}}}},
    {"+CSMP",
     "(0-255),(0-255),(0-255),(0-255)",
     4,
     {{{0, 255, 17}, {0, 255, 167}, {0, 255, 0}, {0, 255, 0}}}},
    {"+CREG", "(0-2)", 1, {{{0, 2, 0}}}},
    {"+CGREG", "(0-2)", 1, {{{0, 2, 0}}}},
    {"+CEREG", "(0-2)", 1, {{{0, 2, 0}}}},
    {"+CGATT", "(0,1)", 1, {{{0, 1, 1}}}},
    {"+CGEREP", "(0-2),(0,1)", 2, {{{0, 2, 0}, {0, 1, 0}}}},
    {"+CLIP", "(0,1)", 1, {{{0, 1, 0}}}},
    {"+COLP", "(0,1)", 1, {{{0, 1, 0}}}},
    {"+CRC", "(0,1)", 1, {{{0, 1, 0}}}},
    {"+CR", "(0,1)", 1, {{{0, 1, 0}}}},
    {"+CSSN", "(0,1),(0,1)", 2, {{{0, 1, 0}, {0, 1, 0}}}},
    {"+CTZR", "(0,1)", 1, {{{0, 1, 0}}}},
    {"+CTZU", "(0,1)", 1, {{{0, 1, 0}}}},
    {"+CVHU", "(0-2)", 1, {{{0, 2, 0}}}},
    {"+IPR", "(0,9600,19200,38400,57600,115200)", 1, {{{0, 115200, 115200}}}},
    {"+IFC", "(0-2),(0-2)", 2, {{{0, 2, 2}, {0, 2, 2}}}},
    {"+ICF", "(0-3),(0-3)", 2, {{{0, 3, 3}, {0, 3, 3}}}},
});

const Row* Find(std::string_view name) {
  for (const Row& row : kRows) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

Reply Show(const Row& row, const SettingValues& values) {
  return fmt::format("{}: {}", row.name,
                     fmt::join(std::span(values).first(row.count), ","));
}

// Parameters left out keep what they were.
Reply Set(const Row& row, std::string_view text, SettingValues& values) {
  const auto arguments = ParseArguments(text);
  if (!arguments || arguments->empty() || arguments->size() > row.count) {
    return kError;
  }
  SettingValues wanted = values;
  for (std::size_t i = 0; i < arguments->size(); ++i) {
    if ((*arguments)[i].empty()) continue;
    const auto number = (*arguments)[i].Number();
    const Value& range = row.values[i];
    if (!number || *number < range.min || *number > range.max) return kError;
    wanted[i] = *number;
  }
  values = wanted;
  return kOk;
}

}  // namespace

std::map<std::string, SettingValues, std::less<>> FactorySettings() {
  std::map<std::string, SettingValues, std::less<>> settings;
  for (const Row& row : kRows) {
    SettingValues& values = settings[std::string(row.name)];
    for (std::size_t i = 0; i < row.count; ++i) {
      values[i] = row.values[i].factory;
    }
  }
  return settings;
}

std::optional<Reply> KeepSetting(ModemState& state, const AtCommand& command) {
  const Row* const row = Find(command.name);
  if (row == nullptr) return std::nullopt;
  SettingValues& values = state.settings[command.name];
  switch (command.form) {
    case AtForm::kTest:
      return fmt::format("{}: {}", row->name, row->test);
    case AtForm::kRead:
      return Show(*row, values);
    case AtForm::kSet:
      return Set(*row, command.arguments, values);
    case AtForm::kExecute:
      break;
  }
  // "AT+CMGF" alone sets the default (V.250 § 5.4.4.2).
  for (std::size_t i = 0; i < row->count; ++i) {
    values[i] = row->values[i].factory;
  }
  return kOk;
}

}  // namespace smsweb::sim
