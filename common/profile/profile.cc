#include "common/profile/profile.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <filesystem>
#include <span>
#include <utility>
#include <vector>

#include "common/base/read_file.h"
#include "common/config/table_reader.h"
#include "common/profile/built_in.h"

namespace smsweb {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kLongestSeconds = 600;

void ReadMatches(TableReader& table, const toml::table& root, ErrorList& errors,
                 std::vector<ProfileMatch>* out) {
  const auto* array = table.ReadTables("match");
  for (std::size_t i = 0; array && i < array->size(); ++i) {
    TableReader reader(root["match"][i].as_table(), fmt::format("match[{}]", i),
                       errors);
    ProfileMatch match;
    reader.Read("manufacturer", &match.manufacturer);
    reader.Read("model", &match.model);
    if (match.manufacturer.empty() && match.model.empty()) {
      reader.Refuse("model", "without manufacturer or model, nothing matches");
    }
    reader.RefuseUnknownKeys();
    out->push_back(std::move(match));
  }
}

// Written to the modem as they are: one command, and nothing that would end it.
bool IsCommand(std::string_view text) {
  return text.starts_with("AT") &&
         std::ranges::all_of(
             text, [](unsigned char c) { return c >= 32 && c < 127; });
}

// Gives the PIN, locks the SIM or changes its passwords (27.007 §§ 7.4, 7.5,
// 8.3), or talks to the SIM itself (§§ 8.17, 8.18). A profile is obeyed at each
// start, and three wrong PINs lock a SIM. Blanks and case don't count in a
// command.
bool TouchesSimLock(std::string_view text) {
  constexpr std::array<std::string_view, 5> kNames = {"CPIN", "CLCK", "CPWD",
                                                      "CSIM", "CRSM"};
  std::string plain;
  for (const unsigned char c : text) {
    if (c != ' ') plain += static_cast<char>(std::toupper(c));
  }
  return std::ranges::any_of(kNames, [&](std::string_view name) {
    return plain.find(name) != std::string::npos;
  });
}

void CheckCommands(TableReader& table, std::string_view key,
                   std::span<const std::string> commands,
                   std::string_view form) {
  if (!std::ranges::all_of(commands, IsCommand)) return table.Refuse(key, form);
  if (std::ranges::any_of(commands, TouchesSimLock)) {
    table.Refuse(key,
                 "takes nothing that gives a PIN, locks the SIM or changes its "
                 "passwords (+CPIN, +CLCK, +CPWD, +CSIM, +CRSM): `pin` in "
                 "[[modem]] is the PIN's place");
  }
}

void ReadCommand(TableReader& table, std::string_view key, std::string* out) {
  table.Read(key, out);
  if (out->empty()) return;
  CheckCommands(table, key, {out, 1},
                "takes a command as \"ATZ\", or \"\" for none");
}

void ReadCommands(TableReader& table, std::string_view key,
                  std::vector<std::string>* out) {
  table.Read(key, out);
  CheckCommands(table, key, *out,
                "takes commands as [\"AT+CFUN=0\", \"AT+CFUN=1\"]");
}

// Every line begins with an empty one.
void ReadRestarted(TableReader& table, std::vector<std::string>* out) {
  table.Read("restarted", out);
  const auto is_blank = [](const std::string& text) {
    return text.find_first_not_of(' ') == std::string::npos;
  };
  if (std::ranges::any_of(*out, is_blank)) {
    table.Refuse("restarted",
                 "takes beginnings of lines as [\"RDY\"], none of them empty");
  }
}

void ReadCnmi(TableReader& table, std::vector<std::string>* out) {
  table.Read("cnmi", out);
  const auto is_fine = [](const std::string& text) {
    return !text.empty() &&
           text.find_first_not_of("0123456789,") == std::string::npos;
  };
  if (out->empty() || !std::ranges::all_of(*out, is_fine)) {
    table.Refuse("cnmi", "takes parameters of AT+CNMI as [\"2,1,0,1,0\"]");
  }
}

bool IsStorage(const std::string& text) {
  return text.size() == 2 &&
         std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

void ReadStorages(TableReader& table, ModemProfile* out) {
  table.Read("storages", &out->storages);
  if (out->storages.empty() || !std::ranges::all_of(out->storages, IsStorage)) {
    table.Refuse("storages", "takes storages of AT+CPMS as [\"SM\", \"ME\"]");
  }
  table.Read("report_storage", &out->report_storage);
  if (!out->report_storage.empty() && !IsStorage(out->report_storage)) {
    table.Refuse("report_storage", "takes \"SR\", or \"\" for none");
  }
}

void ReadUssd(TableReader& table, ModemProfile* out) {
  using enum ModemProfile::Ussd;
  static const std::vector<std::pair<std::string, ModemProfile::Ussd>> kForms =
      {{"text", kText}, {"gsm7-hex", kGsm7Hex}, {"ucs2-hex", kUcs2Hex}};
  std::string form = "text";
  table.Read("ussd", &form);
  const auto found =
      std::ranges::find(kForms, form, &decltype(kForms)::value_type::first);
  if (found == kForms.end()) {
    table.Refuse("ussd", "takes \"text\", \"gsm7-hex\" or \"ucs2-hex\"");
  } else {
    out->ussd = found->second;
  }
}

void ReadTimeout(TableReader& table, std::string_view key,
                 std::optional<Millis>* out) {
  std::chrono::seconds seconds{0};
  table.ReadSeconds(key, &seconds, 1, kLongestSeconds);
  if (seconds.count() > 0) *out = seconds;
}

void ReadTimeouts(TableReader& table, ModemProfile* out) {
  ReadTimeout(table, "command_timeout", &out->command_timeout);
  ReadTimeout(table, "prompt_timeout", &out->prompt_timeout);
  ReadTimeout(table, "submit_timeout", &out->submit_timeout);
  auto boot = std::chrono::floor<std::chrono::seconds>(out->boot_timeout);
  table.ReadSeconds("boot_timeout", &boot, 1, kLongestSeconds);
  out->boot_timeout = boot;
}

// What is not in the file is as in GenericProfile().
ModemProfile ReadProfile(const toml::table& root, const std::string& name,
                         ErrorList& errors) {
  ModemProfile profile = GenericProfile();
  profile.name = name;
  TableReader table(&root, "", errors);
  ReadMatches(table, root, errors, &profile.matches);
  ReadCommands(table, "init", &profile.init);
  ReadCommands(table, "quiet", &profile.quiet);
  table.Read("csms", &profile.csms, 0, 1);
  ReadCnmi(table, &profile.cnmi);
  ReadStorages(table, &profile);
  table.Read("cmms", &profile.cmms);
  ReadCommand(table, "soft_reset", &profile.soft_reset);
  ReadCommands(table, "radio_cycle", &profile.radio_cycle);
  ReadCommand(table, "restart", &profile.restart);
  ReadRestarted(table, &profile.restarted);
  table.Read("ready_line", &profile.ready_line);
  ReadUssd(table, &profile);
  ReadTimeouts(table, &profile);
  table.RefuseUnknownKeys();
  return profile;
}

std::unexpected<Error> Unreadable(const std::string& path, int error_number) {
  auto failure = FailErrno(path, error_number);
  failure.error().kind = ErrorKind::kInvalid;
  return failure;
}

// In the order of their names. No folder: none.
Result<std::vector<std::string>> TomlFiles(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  fs::directory_iterator at(folder, error);
  if (error == std::errc::no_such_file_or_directory) return files;
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    if (at->path().extension() == ".toml") files.push_back(at->path());
  }
  if (error) return Unreadable(folder, error.value());
  std::ranges::sort(files);
  return files;
}

void Adopt(ModemProfile profile, ModemProfiles* profiles) {
  const auto same =
      std::ranges::find(*profiles, profile.name, &ModemProfile::name);
  if (same != profiles->end()) {
    *same = std::move(profile);
  } else {
    profiles->push_back(std::move(profile));
  }
}

// Gathers the profiles, and the errors of all files.
struct Gathering {
  ModemProfiles profiles;
  std::vector<std::string> errors;

  void Add(std::string_view toml, const std::string& file) {
    auto profile = ParseProfile(toml, file);
    if (profile) {
      Adopt(std::move(*profile), &profiles);
    } else {
      errors.push_back(profile.error().message);
    }
  }
};

}  // namespace

Result<ModemProfile> ParseProfile(std::string_view toml,
                                  const std::string& file) {
  ErrorList errors(file);
  const toml::parse_result parsed = toml::parse(toml, file);
  if (!parsed) {
    errors.Add(parsed.error().source(), parsed.error().description());
    return Fail(ErrorKind::kInvalid, errors.Text());
  }
  auto profile =
      ReadProfile(parsed.table(), fs::path(file).stem().string(), errors);
  if (!errors.empty()) return Fail(ErrorKind::kInvalid, errors.Text());
  return profile;
}

Result<std::shared_ptr<const ModemProfiles>> LoadProfiles(
    const std::string& folder) {
  Gathering all;
  for (const auto& [file, toml] : BuiltInProfiles()) all.Add(toml, file);
  const auto files = TomlFiles(folder);
  if (!files) return std::unexpected(files.error());
  for (const std::string& file : *files) {
    const auto text = ReadFile(file);
    if (!text) return Fail(ErrorKind::kInvalid, text.error().message);
    all.Add(*text, file);
  }
  if (!all.errors.empty()) {
    return Fail(ErrorKind::kInvalid,
                fmt::format("{}", fmt::join(all.errors, "\n")));
  }
  return std::make_shared<const ModemProfiles>(std::move(all.profiles));
}

Result<std::shared_ptr<const ModemProfiles>> LoadProfiles(
    const Config& config) {
  auto profiles = LoadProfiles(config.spooler.profiles);
  if (!profiles) return profiles;
  const auto checked = CheckProfileNames(config, **profiles);
  if (!checked) return std::unexpected(checked.error());
  return profiles;
}

Result<void> CheckProfileNames(const Config& config,
                               const ModemProfiles& profiles) {
  std::vector<std::string> names;
  for (const auto& profile : profiles) names.push_back(profile.name);
  std::vector<std::string> errors;
  for (std::size_t i = 0; i < config.modems.size(); ++i) {
    const ModemConfig& modem = config.modems[i];
    if (modem.profile.empty()) continue;
    if (std::ranges::find(names, modem.profile) != names.end()) continue;
    errors.push_back(fmt::format(
        "{}:{}: modem[{}].profile: there is no \"{}\"; known: {}", config.file,
        modem.profile_line, i, modem.profile, fmt::join(names, ", ")));
  }
  if (errors.empty()) return {};
  return Fail(ErrorKind::kInvalid, fmt::format("{}", fmt::join(errors, "\n")));
}

}  // namespace smsweb
