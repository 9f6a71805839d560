"""Never run: what each ban of bans.yml finds (`ruleid`), and what it leaves alone (`ok`)."""

# ruleid: pickle
import pickle

# ruleid: pickle
from marshal import loads


def shells(name):
    # ruleid: shell
    subprocess.run("ls " + name, shell=True)
    # ruleid: shell
    os.system(name)
    # ok: shell
    subprocess.run(["ls", name], check=True)


def from_text(words):
    # ruleid: code-from-text
    eval(words)
    # ruleid: code-from-text
    render_template_string(words)
    # ok: code-from-text
    render_template("page.html", words=words)


def media(path, file):
    # ruleid: open-media-without-lists
    av.open(path)
    # ok: open-media-without-lists
    av.open(path, container_options=LISTS)
    # ok: open-media-without-lists
    av.open(path, "w", format="mp4")
    # ruleid: open-picture-without-formats
    Image.open(file)
    # ok: open-picture-without-formats
    Image.open(file, formats=FORMATS)
    # ruleid: opencv-opens
    cv2.VideoCapture(path)
    # ruleid: opencv-opens
    cv2.imread(path)
    # ok: opencv-opens
    cv2.resize(array, (1, 1))


def rows(tx, name):
    # ruleid: sql-by-hand
    tx.execute(text(f"SELECT * FROM tip WHERE text = '{name}'"))
    # ruleid: sql-by-hand
    tx.execute(text("SELECT * FROM tip WHERE text = '%s'" % name))
    # ok: sql-by-hand
    tx.execute(text("SELECT * FROM tip WHERE text = :name"), {"name": name})


def back(number):
    # ruleid: redirect-as-asked
    redirect(request.args.get("next"), 303)
    then = request.form["next"]
    # ruleid: redirect-as-asked
    redirect(then, 303)
    # ok: redirect-as-asked
    redirect(places.safe(request.args.get("next")), 303)
    # ok: redirect-as-asked
    redirect(f"/desk/cases/{number}", 303)
    # ok: redirect-as-asked
    redirect(f"{HERE}/{then}", 303)
    # ruleid: redirect-as-asked
    redirect(f"{then}/topics", 303)


def afar(address):
    # ruleid: waits-for-ever
    urllib.request.urlopen(address)
    # ok: waits-for-ever
    urllib.request.urlopen(address, timeout=5)
    # ruleid: waits-for-ever
    requests.post(address)
    # ok: waits-for-ever
    raise requests.ConnectionError("an address inside the house")
    # ruleid: believes-any-certificate
    fetch(address, verify=False)


def digests(data, kept, key):
    # ruleid: weak-digest
    hashlib.sha1(data)
    # ok: weak-digest
    hashlib.md5(data, usedforsecurity=False)
    # ok: weak-digest
    hashlib.sha256(data)
    # ruleid: digest-compared-in-the-open
    if kept == ids.keyed_hash(key, "api", data):
        return True
    # ok: digest-compared-in-the-open
    select(Token).where(Token.hash == ids.keyed_hash(key, "api", data))
    # ok: digest-compared-in-the-open
    return hmac.compare_digest(kept, ids.keyed_hash(key, "api", data))


def times():
    # ruleid: zoneless
    datetime.now()
    # ok: zoneless
    datetime.now(UTC)
    # ok: zoneless
    datetime.now().astimezone()


def told():
    # ruleid: body-in-log
    log.info("asked", words=request.form["text"])
    # ruleid: body-in-log
    print(request.remote_addr)
    # ok: body-in-log
    log.info("asked", size=len(request.get_data()))


def queues(connection):
    # ruleid: queue-by-pickle
    rq.Queue("media", connection=connection)
    # ok: queue-by-pickle
    rq.Queue("media", connection=connection, serializer=JSONSerializer)


def cookies(response):
    # ruleid: bare-cookie
    response.set_cookie("language", "zh")
    # ok: bare-cookie
    response.set_cookie("language", "zh", samesite="Lax")


def drafts():
    # ruleid: draft-name
    tempfile.mktemp()
