// Profiles: what a file of them takes, and how it says no.
#include "common/profile/profile.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "catch.h"
#include "common/profile/built_in.h"
#include "temp_folder.h"

namespace smsweb {
namespace {

void Write(const std::string& path, std::string_view text) {
  std::ofstream(path) << text;
}

const ModemProfile* Find(const ModemProfiles& profiles, std::string_view name) {
  const auto found = std::ranges::find(profiles, name, &ModemProfile::name);
  return found == profiles.end() ? nullptr : &*found;
}

std::string ErrorOf(std::string_view toml) {
  const auto profile = ParseProfile(toml, "p/x.toml");
  REQUIRE_FALSE(profile.has_value());
  CHECK(profile.error().kind == ErrorKind::kInvalid);
  return profile.error().message;
}

TEST_CASE("An empty profile is the generic one under the file's name") {
  const auto profile = ParseProfile("", "some/folder/mine.toml");
  REQUIRE(profile.has_value());
  CHECK(profile->name == "mine");
  CHECK(profile->matches.empty());
  CHECK(profile->cnmi == GenericProfile().cnmi);
  CHECK(profile->storages == GenericProfile().storages);
  CHECK(profile->soft_reset == "ATZ");
  CHECK(profile->restart.empty());
  CHECK(profile->boot_timeout == GenericProfile().boot_timeout);
}

TEST_CASE("Every key of a profile is read") {
  const auto profile = ParseProfile(R"(
match = [{ manufacturer = "Acme", model = "M1" }, { model = "M2" }]
init = ["AT+INIT"]
quiet = ["AT^CURC=0"]
csms = 1
cnmi = ["1,1"]
storages = ["ME"]
report_storage = "SR"
cmms = false
soft_reset = "AT&F"
radio_cycle = ["AT+CFUN=4", "AT+CFUN=1"]
restart = "AT+CFUN=1,1"
restarted = ["START"]
ready_line = "SMS Ready"
ussd = "gsm7-hex"
command_timeout = 1
prompt_timeout = 2
submit_timeout = 3
boot_timeout = 4
)",
                                    "x.toml");
  REQUIRE(profile.has_value());
  using std::chrono::seconds;
  REQUIRE(profile->matches.size() == 2);
  CHECK(profile->matches[0].manufacturer == "Acme");
  CHECK(profile->matches[0].model == "M1");
  CHECK(profile->matches[1].manufacturer.empty());
  CHECK(profile->init == std::vector<std::string>{"AT+INIT"});
  CHECK(profile->quiet == std::vector<std::string>{"AT^CURC=0"});
  CHECK(profile->csms == 1);
  CHECK(profile->cnmi == std::vector<std::string>{"1,1"});
  CHECK(profile->storages == std::vector<std::string>{"ME"});
  CHECK(profile->report_storage == "SR");
  CHECK_FALSE(profile->cmms);
  CHECK(profile->soft_reset == "AT&F");
  CHECK(profile->radio_cycle.size() == 2);
  CHECK(profile->restart == "AT+CFUN=1,1");
  CHECK(profile->restarted == std::vector<std::string>{"START"});
  CHECK(profile->ready_line == "SMS Ready");
  CHECK(profile->ussd == ModemProfile::Ussd::kGsm7Hex);
  CHECK(profile->command_timeout == seconds(1));
  CHECK(profile->prompt_timeout == seconds(2));
  CHECK(profile->submit_timeout == seconds(3));
  CHECK(profile->boot_timeout == seconds(4));
}

TEST_CASE("An error of a profile names file, line and key") {
  CHECK(ErrorOf("\nbaud = 1").starts_with("p/x.toml:2: baud: unknown key"));
  CHECK(ErrorOf("csms = 2").starts_with("p/x.toml:1: csms: "));
  CHECK(ErrorOf("init = 'AT'").starts_with("p/x.toml:1: init: "));
  CHECK(ErrorOf("init = [\"ATE0\\r\"]").starts_with("p/x.toml:1: init: "));
  CHECK(ErrorOf("quiet = ['CURC']").starts_with("p/x.toml:1: quiet: "));
  CHECK(ErrorOf("cnmi = []").starts_with("p/x.toml:1: cnmi: "));
  CHECK(ErrorOf("cnmi = ['+CNMI']").starts_with("p/x.toml:1: cnmi: "));
  CHECK(ErrorOf("storages = ['sim']").starts_with("p/x.toml:1: storages: "));
  CHECK(ErrorOf("restart = 'reboot'").starts_with("p/x.toml:1: restart: "));
  CHECK(ErrorOf("ussd = 'hex'").starts_with("p/x.toml:1: ussd: "));
  CHECK(ErrorOf("match = 'Acme'").starts_with("p/x.toml:1: match: "));
  CHECK(ErrorOf("match = [{}]").starts_with("p/x.toml:1: match[0].model: "));
  CHECK(ErrorOf("match = [{ modle = 'a' }]").find("match[0].modle: unknown") !=
        std::string::npos);
  CHECK(ErrorOf("boot_timeout = 0").starts_with("p/x.toml:1: boot_timeout: "));
  CHECK(ErrorOf("csms = [").starts_with("p/x.toml:1: "));
}

TEST_CASE("A profile can't give a PIN or change what locks the SIM") {
  for (const char* toml :
       {"init = ['AT+CPIN=\"1234\"']", "init = ['AT+CMEE=1;+CPIN=1234']",
        "init = ['AT+c pin=1234']", "init = ['AT', 'AT+CPIN?']",
        "quiet = ['AT+CLCK=\"SC\",0,\"1234\"']",
        "radio_cycle = ['AT+CPIN2=\"1234\"']",
        "restart = 'AT+CPWD=\"SC\",\"1234\",\"4321\"'",
        "soft_reset = 'AT+CSIM=26,\"0020000108313233340FFFFFFF\"'"}) {
    INFO(toml);
    const std::string error = ErrorOf(toml);
    CHECK(error.find("`pin` in [[modem]]") != std::string::npos);
    CHECK(error.find("123") == std::string::npos);
    CHECK(error.find("313") == std::string::npos);
  }
}

TEST_CASE("A profile's restarts have a beginning that tells them") {
  CHECK(ErrorOf("restarted = ['RDY', '']").starts_with("p/x.toml:1: restart"));
  CHECK(ErrorOf("restarted = [' ']").starts_with("p/x.toml:1: restarted: "));
  CHECK(ParseProfile("restarted = []", "x.toml").has_value());
}

TEST_CASE("Without a folder there are the built-in profiles") {
  const TempFolder folder;
  const auto profiles = LoadProfiles(folder / "none");
  REQUIRE(profiles.has_value());
  CHECK(Find(**profiles, "generic") != nullptr);
}

TEST_CASE("A profile of the folder is added, or takes a built-in one's place") {
  const TempFolder folder;
  Write(folder / "mine.toml", "match = [{ model = 'Mine' }]");
  Write(folder / "generic.toml", "ready_line = 'HELLO'");
  Write(folder / "notes.txt", "no profile");
  const auto profiles = LoadProfiles(folder / "");
  REQUIRE(profiles.has_value());
  REQUIRE(Find(**profiles, "mine") != nullptr);
  CHECK(Find(**profiles, "generic")->ready_line == "HELLO");
  CHECK(std::ranges::count(**profiles, "generic", &ModemProfile::name) == 1);
  CHECK(ChooseProfile(**profiles, "", "Acme", "MINE 5").name == "mine");
}

TEST_CASE("All errors of the folder's profiles are said at once") {
  const TempFolder folder;
  Write(folder / "a.toml", "csms = 7\nbaud = 1");
  Write(folder / "b.toml", "\ncnmi = 1");
  const auto profiles = LoadProfiles(folder / "");
  REQUIRE_FALSE(profiles.has_value());
  const std::string& text = profiles.error().message;
  CHECK(text.find(folder / "a.toml:1: csms: ") != std::string::npos);
  CHECK(text.find(folder / "a.toml:2: baud: ") != std::string::npos);
  CHECK(text.find(folder / "b.toml:2: cnmi: ") != std::string::npos);
}

TEST_CASE("A folder that can't be read is an error that names it") {
  const TempFolder folder;
  Write(folder / "file", "");
  const auto profiles = LoadProfiles(folder / "file");
  REQUIRE_FALSE(profiles.has_value());
  CHECK(profiles.error().message.starts_with(folder / "file"));
  std::filesystem::create_directory(folder / "sub.toml");
  const auto not_a_file = LoadProfiles(folder / "");
  REQUIRE_FALSE(not_a_file.has_value());
  CHECK(not_a_file.error().message.starts_with(folder / "sub.toml"));
}

TEST_CASE("A modem's profile that does not exist names file, line and key") {
  Config config;
  config.file = "smsweb.toml";
  config.modems = {{.name = "a"},
                   {.name = "b", .profile = "sim8000", .profile_line = 7},
                   {.name = "c", .profile = "generic", .profile_line = 9}};
  const auto checked = CheckProfileNames(config, {GenericProfile()});
  REQUIRE_FALSE(checked.has_value());
  CHECK(checked.error().message ==
        "smsweb.toml:7: modem[1].profile: there is no \"sim8000\"; known: "
        "generic");
  config.modems[1].profile.clear();
  CHECK(CheckProfileNames(config, {GenericProfile()}).has_value());
}

// ---- The built-in ones

// "key" of a line that sets one, else "".
std::string KeyOf(const std::string& line) {
  const auto equals = line.find(" = ");
  const auto key = line.substr(0, equals);
  const bool is_key =
      equals != std::string::npos && !key.empty() &&
      key.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos;
  return is_key ? key : "";
}

TEST_CASE("Every setting of a built-in profile has its source beside it") {
  for (const auto& [file, toml] : BuiltInProfiles()) {
    std::istringstream lines{std::string(toml)};
    std::string comment;
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("#")) {
        comment += line + "\n";
      } else if (const std::string key = KeyOf(line); !key.empty()) {
        INFO(file << ": " << key);
        CHECK(comment.find("# Source: ") != std::string::npos);
        comment.clear();
      } else if (line.empty()) {
        comment.clear();
      }
    }
  }
}

TEST_CASE("A built-in profile says nothing that the generic one says") {
  const ModemProfile& generic = GenericProfile();
  for (const auto& [file, toml] : BuiltInProfiles()) {
    INFO(file);
    const auto profile = ParseProfile(toml, file);
    REQUIRE(profile.has_value());
    const auto sets = [&](std::string_view key) {
      return ("\n" + std::string(toml)).find("\n" + std::string(key) + " = ") !=
             std::string::npos;
    };
    CHECK(sets("init") == (profile->init != generic.init));
    CHECK(sets("quiet") == (profile->quiet != generic.quiet));
    CHECK(sets("csms") == (profile->csms != generic.csms));
    CHECK(sets("cnmi") == (profile->cnmi != generic.cnmi));
    CHECK(sets("storages") == (profile->storages != generic.storages));
    CHECK(sets("report_storage") == !profile->report_storage.empty());
    CHECK(sets("cmms") == !profile->cmms);
    CHECK(sets("soft_reset") == (profile->soft_reset != generic.soft_reset));
    CHECK(sets("radio_cycle") == !profile->radio_cycle.empty());
    CHECK(sets("restart") == !profile->restart.empty());
    CHECK(sets("restarted") == (profile->restarted != generic.restarted));
    CHECK(sets("ready_line") == !profile->ready_line.empty());
    CHECK(sets("ussd") == (profile->ussd != generic.ussd));
    CHECK(sets("command_timeout") == profile->command_timeout.has_value());
    CHECK(sets("prompt_timeout") == profile->prompt_timeout.has_value());
    CHECK(sets("submit_timeout") == profile->submit_timeout.has_value());
    CHECK(sets("boot_timeout") ==
          (profile->boot_timeout != generic.boot_timeout));
  }
}

TEST_CASE("What modems say of themselves chooses their profile") {
  const auto profiles = LoadProfiles("");
  REQUIRE(profiles.has_value());
  const struct {
    const char* manufacturer;
    const char* model;
    const char* profile;
  } kModems[] = {
      {"SIMCOM_Ltd", "SIMCOM_SIM800L", "sim800"},
      {"SIMCOM_Ltd", "SIMCOM_SIM808", "sim800"},
      {"SIMCOM_Ltd", "SIMCOM_SIM868", "sim800"},
      {"SIMCOM_Ltd", "SIMCOM_SIM900", "sim900"},
      {"SIMCOM_Ltd", "SIMCOM_SIM900D", "sim900"},
      {"SIMCOM INCORPORATED", "SIMCOM_SIM7600E-H", "sim7600"},
      {"SIMCOM INCORPORATED", "SIMCOM_SIM7500E", "sim7600"},
      {"SIMCOM_Ltd", "SIMCOM_SIM7600G-H", "sim7600"},
      {"Quectel", "EC25", "ec25"},
      {"Quectel", "EG25", "ec25"},
      {"Quectel_Ltd", "Quectel_M95", "m95"},
      {"huawei", "E173", "e173"},
      {"huawei", "E303", "e173"},
      {"huawei", "E3372", "e3372"},
      {"Huawei Technologies Co., Ltd.", "MU609", "mu609"},
      {"ZTE INCORPORATED", "MF190", "zte-mf"},
      {"ZTE CORPORATION", "MF821D", "zte-mf"},
      {"u-blox", "SARA-G350", "ublox-sara"},
      {"u-blox", "SARA-R410M-02B", "ublox-sara"},
      {"Telit", "GL865-QUAD", "telit"},
      {" WAVECOM MODEM", " MULTIBAND  900E  1800", "wavecom"},
      {"Acme", "M1", "generic"},
      {"", "", "generic"},
  };
  for (const auto& modem : kModems) {
    INFO(modem.manufacturer << " / " << modem.model);
    CHECK(ChooseProfile(**profiles, "", modem.manufacturer, modem.model).name ==
          modem.profile);
  }
}

}  // namespace
}  // namespace smsweb
