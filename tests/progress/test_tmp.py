def test_x(asking, reading, answer):
    import re
    answer("p1-q1"); answer("p1-q2"); answer("p2-q1","oar")
    for u in ["/me/","/me/plan/","/me/mistakes/","/me/attempts/","/me/sections/lighthouses/light-1/","/me/terms/lighthouses/lamp/","/articles/lighthouses/opening/light-1/","/articles/lighthouses/","/articles/lighthouses/glossary/","/articles/lighthouses/glossary/lamp/"]:
        r=reading.get(u); print(u, r.status_code, len(r.content)); assert r.status_code==200
        c=r.content.decode()
        print(re.findall(r"\d+ mastered[^<]*", c)[:6])
    from django.test.utils import CaptureQueriesContext
    from django.db import connection
    for u in ["/me/","/me/plan/","/me/mistakes/","/me/attempts/","/me/sections/lighthouses/light-1/","/me/terms/lighthouses/lamp/","/articles/lighthouses/opening/light-1/","/articles/lighthouses/","/articles/lighthouses/glossary/","/articles/lighthouses/glossary/lamp/"]:
        with CaptureQueriesContext(connection) as q: reading.get(u)
        print(u, len(q.captured_queries))
