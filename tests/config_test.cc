// The configuration file: what it takes, and how it says no.
#include "common/config/config.h"

#include "catch.h"
#include "common/base/network.h"

namespace smsweb {
namespace {

std::optional<std::string> NoEnvironment(const std::string&) {
  return std::nullopt;
}

Result<Config> Parse(std::string_view text) {
  return ParseConfig(text, "smsweb.toml", NoEnvironment, Secrets::kResolve);
}

TEST_CASE("An empty file gives the defaults, and trusts nobody") {
  const auto config = Parse("");
  REQUIRE(config.has_value());
  CHECK(config->store.path == "/var/lib/smsweb/queue.db");
  CHECK(config->endpoint.trusted_networks.empty());
  CHECK(config->modems.empty());
}

// 24 bytes.
const std::string kHook = "whsec_MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1u";

TEST_CASE("Every key is read") {
  const auto config = ParseConfig(R"(
[store]
url = "sqlite:/tmp/q.db"
[endpoint]
listen = "127.0.0.1:9000"
trusted_networks = ["10.0.0.0/8"]
[message]
default_region = "ID"
short_codes = ["1234"]
otp_ttl = 60
languages = { "+90" = ["turkish"], "+" = [] }
transliterate = true
report = true
conversations = 0
[inbox]
webhook_url = "https://app.example.org/sms"
webhook_secret = "env:HOOK"
incomplete_after = 600
stop_words = ["BERHENTI"]
start_words = []
[window.bulk]
hours = "20:00-06:30"
days = ["mon", "sat"]
zone = "Asia/Jakarta"
[window.transactional]
hours = "08:00-00:00"
[window.zones]
"+1212" = "America/New_York"
[spooler]
bell = "unix:/tmp/bell"
spawn = true
idle_exit = 3
profiles = "/srv/profiles"
[[modem]]
name = "a"
device = "/dev/ttyUSB0"
pin = "env:PIN_A"
profile = "sim800"
imei = "490154203237518"
roaming = true
keep_alive = 0
trace = "/tmp/a.trace"
groups = ["default", "telkomsel"]
[modem.limits]
per_minute = 10
per_hour = 200
per_day = 1000
per_month = 5000
recipients_per_month = 500
otp_share = 0.2
zone = "Asia/Jakarta"
[[modem]]
name = "b"
device = "tcp:10.0.0.7:2000"
[[route]]
prefix = ["+62811", "+62812"]
region = ["ID"]
class = ["otp"]
client = ["shop"]
group = "telkomsel"
[[route]]
class = ["bulk", "transactional"]
modem = "b"
[[route]]
prefix = ["+"]
group = "default"
)",
                                  "smsweb.toml",
                                  [](const std::string& name) {
                                    std::optional<std::string> value;
                                    if (name == "PIN_A") value = "4321";
                                    if (name == "HOOK") value = kHook;
                                    return value;
                                  },
                                  Secrets::kResolve);
  REQUIRE(config.has_value());
  CHECK(config->store.path == "/tmp/q.db");
  CHECK(config->endpoint.listen == "127.0.0.1:9000");
  CHECK(config->message.otp_ttl == std::chrono::seconds(60));
  CHECK(config->spooler.spawn);
  CHECK(config->spooler.profiles == "/srv/profiles");
  CHECK(config->message.languages.at("+90") ==
        std::vector<std::string>{"turkish"});
  CHECK(config->message.transliterate);
  CHECK(config->message.report);
  CHECK(config->inbox.webhook_url == "https://app.example.org/sms");
  CHECK(config->inbox.webhook_secret == kHook);
  CHECK(config->inbox.incomplete_after == std::chrono::minutes(10));
  CHECK(config->inbox.stop_words == std::vector<std::string>{"BERHENTI"});
  CHECK(config->inbox.start_words.empty());
  const WindowConfig& bulk = config->window.bulk;
  CHECK(bulk.Limits());
  CHECK(bulk.opens == std::chrono::hours(20));
  CHECK(bulk.closes == std::chrono::minutes(390));
  CHECK(bulk.days == ((1 << 1) | (1 << 6)));
  CHECK(bulk.zone.name == "Asia/Jakarta");
  CHECK(bulk.zone.line == 24);
  CHECK(config->window.transactional.closes == std::chrono::hours(24));
  CHECK(config->window.transactional.days == 0x7F);
  CHECK(config->window.transactional.zone.name == kRecipientZone);
  CHECK(config->window.zones.at("+1212").name == "America/New_York");
  CHECK(config->window.zones.at("+1212").line == 28);
  REQUIRE(config->modems.size() == 2);
  CHECK(config->modems[0].pin == "4321");
  CHECK(config->modems[0].profile == "sim800");
  CHECK(config->modems[0].imei == "490154203237518");
  CHECK(config->modems[0].roaming);
  CHECK(config->modems[0].keep_alive == std::chrono::seconds(0));
  CHECK(config->modems[0].trace == "/tmp/a.trace");
  CHECK(config->message.conversations == std::chrono::seconds(0));
  CHECK(config->modems[0].groups == std::vector<std::string>{"", "telkomsel"});
  const SimLimits& limits = config->modems[0].limits;
  CHECK(limits.per_minute == 10);
  CHECK(limits.per_hour == 200);
  CHECK(limits.per_day == 1000);
  CHECK(limits.per_month == 5000);
  CHECK(limits.recipients_per_month == 500);
  CHECK(limits.otp_share == 0.2);
  CHECK(limits.zone.name == "Asia/Jakarta");
  CHECK(limits.zone.line == 51);
  CHECK(config->modems[1].device == "tcp:10.0.0.7:2000");
  CHECK(config->modems[1].groups == std::vector<std::string>{""});
  CHECK(config->modems[1].limits.per_minute == 0);
  REQUIRE(config->routes.size() == 3);
  CHECK(config->routes[0].prefixes ==
        std::vector<std::string>{"+62811", "+62812"});
  CHECK(config->routes[0].regions == std::vector<std::string>{"ID"});
  CHECK(config->routes[0].classes == std::vector<std::string>{"otp"});
  CHECK(config->routes[0].clients == std::vector<std::string>{"shop"});
  CHECK(config->routes[0].group == "telkomsel");
  CHECK(config->routes[0].modem.empty());
  CHECK(config->routes[1].modem == "b");
  CHECK(config->routes[2].group.empty());
}

TEST_CASE("An error names file, line and key") {
  struct Row {
    const char* text;
    const char* error;
  };
  const Row rows[] = {
      {"[endpoint]\nlisten = 5\n", "smsweb.toml:2: endpoint.listen: takes a"},
      {"[endpoint]\n\nlissten = \"x\"\n",
       "smsweb.toml:3: endpoint.lissten: unknown key; known here: backlog"},
      {"[endpoint]\nworkers = 0\n",
       "smsweb.toml:2: endpoint.workers: takes a whole number from 1 to 256"},
      {"[endpoint]\ntrusted_networks = [\"10.0.0.0/33\"]\n",
       "smsweb.toml:2: endpoint.trusted_networks: \"10.0.0.0/33\""},
      {"[store]\nurl = \"mysql:x\"\n", "smsweb.toml:2: store.url: takes"},
      {"[endpoint]\nsocket_mode = \"0999\"\n",
       "smsweb.toml:2: endpoint.socket_mode: takes permissions"},
      {"[endpoint]\nlisten = \"unix:beside\"\n",
       "smsweb.toml:2: endpoint.listen: takes \"unix:/path\""},
      {"[store]\nurl = \"sqlite:/a\\u0000b\"\n",
       "smsweb.toml:2: store.url: has a NUL"},
      {"[stoer]\n", "smsweb.toml:1: stoer: unknown key"},
      {"store = 3\n", "smsweb.toml:1: store: write it as [store]"},
      {"[modem]\nname = \"a\"\n", "modem: write each modem as [[modem]]"},
      {"[[modem]]\nname = \"a\"\n", "smsweb.toml:1: modem[0].device: takes"},
      {"[[modem]]\nname = \"a\"\ndevice = \"/d\"\npin = \"12ab\"\n",
       "smsweb.toml:4: modem[0].pin: a PIN has 4 to 8 digits"},
      {"[[modem]]\nname = \"a\"\ndevice = \"/d\"\npin = \"env:NOPE\"\n",
       "smsweb.toml:4: modem[0].pin: the environment has no NOPE"},
      {"[[modem]]\nname = \"a\"\ndevice = \"/d\"\nsmsc = \"+62 811\"\n",
       "smsweb.toml:4: modem[0].smsc: takes a number"},
      {"[[modem]]\nname=\"a\"\ndevice=\"/d\"\n[[modem]]\nname=\"a\"\n"
       "device=\"/e\"\n",
       "smsweb.toml:5: modem[1].name: \"a\" is taken"},
      {"[[modem]]\nname=\"a\"\ndevice=\"/d\"\n[[modem]]\nname=\"b\"\n"
       "device=\"/d\"\n",
       "smsweb.toml:6: modem[1].device: another modem has this device"},
      {"[[modem]]\nname=\"a\"\ndevice=\"tcp:10.0.0.7\"\n",
       "smsweb.toml:3: modem[0].device: takes"},
      {"[message]\nlanguages = [\"turkish\"]\n",
       "smsweb.toml:2: message.languages: takes a table of lists"},
      {"[message]\nlanguages = { \"90\" = [] }\n",
       "smsweb.toml:2: message.languages: \"90\" is no prefix"},
      {"[message.languages]\n\"+90\" = [\"klingon\"]\n",
       "message.languages: \"klingon\" has no shift table; known: turkish"},
      {"[message.languages]\n\"+90\" = \"turkish\"\n",
       "smsweb.toml:2: message.languages: takes a list of strings"},
      {"[spooler]\nprofiles = \"here\"\n",
       "smsweb.toml:2: spooler.profiles: takes the absolute path"},
      {"[inbox]\nwebhook_url = \"ftp://x/\"\n",
       "smsweb.toml:2: inbox.webhook_url: takes \"https://"},
      {"[inbox]\nwebhook_url = \"http:///x\"\n",
       "smsweb.toml:2: inbox.webhook_url: takes"},
      {"[inbox]\nwebhook_url = \"https://x/\"\n",
       "smsweb.toml:1: inbox.webhook_secret: webhook_url needs it"},
      {"[inbox]\nwebhook_secret = \"env:NOPE\"\n",
       "smsweb.toml:2: inbox.webhook_secret: the environment has no NOPE"},
      {"[callback]\nallow = [\"https://x/\"]\n",
       "smsweb.toml:1: callback.secret: allow needs it"},
      {"[callback]\nsecret = \"env:NOPE\"\n",
       "smsweb.toml:2: callback.secret: the environment has no NOPE"},
      {"[callback]\nallow = [\"https://x/\", \"https://x/?a\"]\n",
       "smsweb.toml:2: callback.allow: number 2 is no plain URL"},
      {"[callback]\nallow = [\"https://u:p@x/\"]\n",
       "smsweb.toml:2: callback.allow: number 1 is no plain URL"},
      {"[callback]\nallow = \"https://x/\"\n",
       "smsweb.toml:2: callback.allow: takes a list of strings"},
      {"[callback]\nprivate_addresses = 1\n",
       "smsweb.toml:2: callback.private_addresses: takes true or false"},
      {"[inbox]\nincomplete_after = 59\n",
       "smsweb.toml:2: inbox.incomplete_after: takes a whole number of seconds "
       "from 60 to 86400"},
      {"[inbox]\nstop_words = [\" STOP\"]\n",
       "smsweb.toml:2: inbox.stop_words: takes words"},
      {"[inbox]\nstop_words = [\"\"]\n",
       "smsweb.toml:2: inbox.stop_words: takes words"},
      {"[inbox]\nstart_words = [\"stop\"]\n",
       "smsweb.toml:2: inbox.start_words: \"stop\" is one of stop_words"},
      {"[[modem]]\nname=\"a\"\ndevice=\"/d\"\nprofile=\"a b\"\n",
       "smsweb.toml:4: modem[0].profile: takes letters"},
      {"[[modem]]\nname=\"a\"\ndevice=\"/d\"\nimei=\"490154203237517\"\n",
       "smsweb.toml:4: modem[0].imei: takes 15 digits"},
      {"[[modem]]\nname=\"a\"\ndevice=\"/d\"\nimei=\"49015420323751\"\n",
       "smsweb.toml:4: modem[0].imei: takes 15 digits"},
      {"[[modem]]\nname=\"a\"\ndevice=\"/d\"\nimei=\"490154203237518\"\n"
       "[[modem]]\nname=\"b\"\ndevice=\"/e\"\nimei=\"490154203237518\"\n",
       "smsweb.toml:8: modem[1].imei: another modem has this IMEI"},
      {"[[modem]]\nname=\"a\"\ndevice=\"/d\"\ntrace=\"here\"\n",
       "smsweb.toml:4: modem[0].trace: takes the absolute path"},
      {"[window.otp]\nhours = \"09:00-20:00\"\n",
       "window.otp: this class has no window"},
      {"[window]\nbulk = 5\n", "smsweb.toml:2: window.bulk: takes a table"},
      {"[window]\nbluk = {}\n",
       "smsweb.toml:2: window.bluk: unknown key; known here: bulk, "
       "transactional, zones"},
      {"[window.bulk]\nhour = \"x\"\n",
       "smsweb.toml:2: window.bulk.hour: unknown key; known here: days, hours, "
       "zone"},
      {"[window.bulk]\nhours = \"9:00-20:00\"\n",
       "smsweb.toml:2: window.bulk.hours: takes \"HH:MM-HH:MM\""},
      {"[window.bulk]\nhours = \"09:00-24:01\"\n",
       "smsweb.toml:2: window.bulk.hours: takes"},
      {"[window.bulk]\nhours = \"09:60-20:00\"\n",
       "smsweb.toml:2: window.bulk.hours: takes"},
      {"[window.bulk]\nhours = \"09:00\"\n",
       "smsweb.toml:2: window.bulk.hours: takes"},
      {"[window.bulk]\nhours = \"\"\n",
       "smsweb.toml:2: window.bulk.hours: takes"},
      {"[window.bulk]\nhours = \"24:00-06:00\"\n",
       "smsweb.toml:2: window.bulk.hours: takes"},
      {"[window.bulk]\nhours = \"+9:00-20:00\"\n",
       "smsweb.toml:2: window.bulk.hours: takes"},
      {"[window.bulk]\nhours = \"09:00-09:00\"\n",
       "smsweb.toml:2: window.bulk.hours: it opens as it closes"},
      {"[window.bulk]\ndays = [\"mon\", \"Tuesday\"]\n",
       "smsweb.toml:2: window.bulk.days: \"Tuesday\" is no day; known: sun"},
      {"[window.bulk]\ndays = []\n",
       "smsweb.toml:2: window.bulk.days: takes one day"},
      {"[window.zones]\n\"1212\" = \"America/New_York\"\n",
       "smsweb.toml:2: window.zones.1212: it is no prefix"},
      {"[window.zones]\n\"+1212\" = 5\n",
       "smsweb.toml:2: window.zones.+1212: takes a string"},
      {"[[modem]]\nname=\"a\"\ndevice=\"/d\"\ngroups=[\"a~b\"]\n",
       "smsweb.toml:4: modem[0].groups: takes letters"},
      {"[[modem]]\nname=\"a\"\ndevice=\"/d\"\ngroups=[\"x\", \"x\"]\n",
       "smsweb.toml:4: modem[0].groups: \"x\" is there twice"},
      {"[[modem]]\nname=\"a\"\ndevice=\"/d\"\ngroups=[]\n",
       "smsweb.toml:4: modem[0].groups: takes one group"},
      {"[[modem]]\nname=\"a\"\ndevice=\"/d\"\nlimits=5\n",
       "smsweb.toml:4: modem[0].limits: takes a table"},
      {"[[modem]]\nname=\"a\"\ndevice=\"/d\"\n[modem.limits]\nper_day=0\n",
       "smsweb.toml:5: modem[0].limits.per_day: takes a whole number of parts"},
      {"[[modem]]\nname=\"a\"\ndevice=\"/d\"\n[modem.limits]\nper_week=1\n",
       "smsweb.toml:5: modem[0].limits.per_week: unknown key; known here: "
       "otp_"},
      {"[[modem]]\nname=\"a\"\ndevice=\"/d\"\nlimits.otp_share = 1.5\n",
       "smsweb.toml:4: modem[0].limits.otp_share: takes a number from 0 to 1"},
      {"[[modem]]\nname=\"a\"\ndevice=\"/d\"\nlimits.otp_share = \"all\"\n",
       "smsweb.toml:4: modem[0].limits.otp_share: takes a number from 0 to 1"},
      {"[route]\n", "smsweb.toml:1: route: write each route as [[route]]"},
      {"[[modem]]\nname=\"a\"\ndevice=\"/d\"\n[[route]]\nclass=[\"otp\"]\n",
       "smsweb.toml:4: route[0].group: a route has either group or modem"},
      {"[[modem]]\nname=\"a\"\ndevice=\"/d\"\n[[route]]\nclass=[\"otp\"]\n"
       "group=\"default\"\nmodem=\"a\"\n",
       "smsweb.toml:6: route[0].group: a route has either group or modem"},
      {"[[modem]]\nname=\"a\"\ndevice=\"/d\"\ngroups=[\"x\", \"default\"]\n"
       "[[route]]\nclass=[\"otp\"]\ngroup=\"y\"\n",
       "smsweb.toml:7: route[0].group: no modem is in \"y\"; groups: default, "
       "x"},
      {"[[modem]]\nname=\"a\"\ndevice=\"/d\"\n"
       "[[route]]\nclass=[\"otp\"]\nmodem=\"b\"\n",
       "smsweb.toml:6: route[0].modem: no modem is called \"b\""},
      {"[[route]]\nclass=[\"urgent\"]\n",
       "smsweb.toml:2: route[0].class: takes \"otp\""},
      {"[[route]]\nclass=[]\n", "smsweb.toml:2: route[0].class: takes \"otp\""},
      {"[[route]]\nprefix=[\"62\"]\n",
       "smsweb.toml:2: route[0].prefix: takes beginnings"},
      {"[[route]]\nregion=[\"id\"]\n",
       "smsweb.toml:2: route[0].region: takes countries"},
      {"[[route]]\nclient=[\"\"]\n",
       "smsweb.toml:2: route[0].client: takes names"},
      {"[[modem]]\nname=\"a\"\ndevice=\"/d\"\n[[route]]\ngroup=\"default\"\n",
       "smsweb.toml:4: route[0].prefix: a route has prefix, region, class or"},
      {"[[route]]\nclas=[\"otp\"]\n",
       "smsweb.toml:2: route[0].clas: unknown key; known here: class, client, "
       "group, modem, prefix, region"},
      {"[message]\nconversations = -1\n",
       "smsweb.toml:2: message.conversations: takes a whole number of seconds"},
      {"[store\n", "smsweb.toml:1: "},
  };
  for (const Row& row : rows) {
    const auto config = Parse(row.text);
    INFO(row.text);
    REQUIRE_FALSE(config.has_value());
    INFO(config.error().message);
    CHECK(config.error().message.find(row.error) != std::string::npos);
  }
}

TEST_CASE("All errors are reported at once, and none shows a PIN") {
  const auto config = Parse(
      "[log]\nlevel = \"loud\"\n[[modem]]\nname = \"a\"\ndevice = \"/d\"\n"
      "pin = \"99887766554433\"\n");
  REQUIRE_FALSE(config.has_value());
  CHECK(config.error().message.find("log.level") != std::string::npos);
  CHECK(config.error().message.find("modem[0].pin") != std::string::npos);
  CHECK(config.error().message.find("99887766") == std::string::npos);
}

TEST_CASE("A webhook's secret has 24 to 64 bytes, and is never shown") {
  struct Row {
    std::string secret;
    bool fine;
  };
  const Row rows[] = {
      {kHook, true},
      {"whsec_" + std::string(85, 'A') + "==", false},   // no multiple of 4
      {"whsec_" + std::string(86, 'A') + "==", true},    // 64
      {"whsec_" + std::string(87, 'A') + "=", false},    // 65
      {"whsec_" + std::string(31, 'A') + "=", false},    // 23
      {"whsec_" + std::string(33, 'A') + "A==", true},   // 25
      {"whsec_" + std::string(33, 'A') + "B==", false},  // and bits to spare
      {"whsec_", false},
      {std::string(32, 'A'), false},
      {"whsec_" + std::string(31, 'A') + "!", false},
      {"whsec_" + std::string(29, 'A') + "===", false},
  };
  for (const Row& row : rows) {
    INFO(row.secret);
    const auto config =
        Parse("[inbox]\nwebhook_secret = \"" + row.secret + "\"\n");
    CHECK(config.has_value() == row.fine);
    if (config) continue;
    CHECK(config.error().message.find("AAA") == std::string::npos);
    CHECK(config.error().message.find("inbox.webhook_secret: takes") !=
          std::string::npos);
  }
}

TEST_CASE("A callback goes where the list has it, and nowhere else") {
  const auto config = Parse(
      "[callback]\nallow = [\"https://app.example.com/hooks/\", "
      "\"http://10.0.0.7:8080\"]\nsecret = \"" +
      std::string(kHook) + "\"\n");
  REQUIRE(config.has_value());
  CHECK_FALSE(config->callback.private_addresses);
  struct Row {
    const char* url;
    const char* error;  // null: allowed
  };
  const Row rows[] = {
      {"https://app.example.com/hooks/sms?token=secret", nullptr},
      {"http://10.0.0.7:8080/any", nullptr},
      {"https://app.example.com/hook/", "callback.allow"},
      {"https://app.example.com/hooks/../admin", "no plain"},
      {"http://app.example.com/hooks/sms", "callback.allow"},
      {"http://10.0.0.7/any?token=secret", "callback.allow"},
      {"https://secret@app.example.com/hooks/", "no plain"},
  };
  for (const Row& row : rows) {
    INFO(row.url);
    const auto allowed = CheckCallbackUrl(row.url, config->callback);
    REQUIRE(allowed.has_value() == (row.error == nullptr));
    if (allowed) continue;
    CHECK(allowed.error().message.find(row.error) != std::string::npos);
    CHECK(allowed.error().message.find("secret") == std::string::npos);
  }
  CHECK_FALSE(CheckCallbackUrl("https://app.example.com/", CallbackConfig{}));
}

TEST_CASE("The longest prefix decides which languages a number may have") {
  MessageConfig config;
  CHECK(LanguagesFor(config, "+905321234567").empty());
  config.languages = {{"+", {"spanish"}},
                      {"+90", {"turkish"}},
                      {"+905", {}},
                      {"+91", {"tamil"}}};
  CHECK(LanguagesFor(config, "+902121234567") ==
        std::vector<std::string>{"turkish"});
  CHECK(LanguagesFor(config, "+905321234567").empty());
  CHECK(LanguagesFor(config, "+4917012345") ==
        std::vector<std::string>{"spanish"});
  CHECK(LanguagesFor(config, "1234").empty());
}

TEST_CASE("What has ended is kept for ever, or for an hour at least") {
  const auto config =
      Parse("[retention]\nsent = 0\nfailed = 3600\ntexts = 1\n");
  REQUIRE(config.has_value());
  CHECK(config->retention.sent.count() == 0);
  CHECK(config->retention.failed.count() == 3600);
  CHECK(config->retention.texts.count() == 1);
  CHECK(config->retention.delivered.count() == 30 * 86400);
  for (const std::string line :
       {"sent = 3599", "inbox = 86400", "texts = -1", "unknown = 3153600001"}) {
    INFO(line);
    const auto wrong = Parse("[retention]\n" + line + "\n");
    REQUIRE(!wrong.has_value());
    CHECK(wrong.error().message.starts_with("smsweb.toml:2: retention."));
  }
}

TEST_CASE("A program that needs no secret does not ask for it") {
  const auto config = ParseConfig(
      "[inbox]\nwebhook_url = \"http://x\"\nwebhook_secret = \"env:NOPE\"\n"
      "[[modem]]\nname = \"a\"\ndevice = \"/d\"\npin = \"env:NOPE\"\n",
      "smsweb.toml", NoEnvironment, Secrets::kLeave);
  CHECK(config.has_value());
}

TEST_CASE("The file is --config, else $SMSWEB_CONFIG, else in /etc") {
  const auto with = [](const std::string&) {
    return std::optional<std::string>("/env.toml");
  };
  CHECK(FindConfigFile("/option.toml", with) == "/option.toml");
  CHECK(FindConfigFile("", with) == "/env.toml");
  CHECK(FindConfigFile("", NoEnvironment) == "/etc/smsweb/smsweb.toml");
}

TEST_CASE("A file that is not there is named, with what to do") {
  CHECK_FALSE(LoadConfig("/tmp", NoEnvironment).has_value());
  const auto config = LoadConfig("/no/such/file.toml", NoEnvironment);
  REQUIRE_FALSE(config.has_value());
  CHECK(config.error().message.find("/no/such/file.toml") == 0);
  CHECK(config.error().message.find("--config") != std::string::npos);
}

TEST_CASE("A network contains its addresses, and no others") {
  struct Row {
    const char* network;
    const char* address;
    bool inside;
  };
  const Row rows[] = {
      {"127.0.0.0/8", "127.0.0.1", true},
      {"127.0.0.0/8", "128.0.0.1", false},
      {"127.0.0.0/8", "::ffff:127.9.9.9", true},
      {"10.1.2.3", "10.1.2.3", true},
      {"10.1.2.3", "10.1.2.4", false},
      {"0.0.0.0/0", "203.0.113.9", true},
      {"0.0.0.0/0", "2001:db8::1", false},
      {"2001:db8::/33", "2001:db8:7fff::1", true},
      {"2001:db8::/33", "2001:db8:8000::1", false},
      {"::1", "::1", true},
      {"::/0", "garbage", false},
      {"::/0", "", false},
  };
  for (const Row& row : rows) {
    INFO(row.network << " " << row.address);
    const auto network = Network::Parse(row.network);
    REQUIRE(network.has_value());
    CHECK(network->Contains(row.address) == row.inside);
  }
  for (const char* bad :
       {"", "10.0.0.0/33", "10.0.0/8", "x", "::1/129", "/8"}) {
    CHECK_FALSE(Network::Parse(bad).has_value());
  }
}

}  // namespace
}  // namespace smsweb
