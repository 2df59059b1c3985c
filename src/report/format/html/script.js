'use strict';(()=>{
const $=(s,e=document)=>[...e.querySelectorAll(s)],S=1e4,NS='http://www.w3.org/2000/svg';
const tip=$('#tip')[0],st=tip.style,button=$('#whole')[0],[T0,T1]=($('main')[0].dataset.time||'0 1').split(' ').map(Number);
const plots=$('.plot'),times=plots.filter(p=>p.closest('.time'));
let a=0,b=S;
const make=(parent,name,all)=>{const e=document.createElementNS(NS,name);for(const k in all)set(e,k,all[k]);parent.append(e);return e};
const view=p=>p.timed?[a,b]:[0,S],set=(e,name,v)=>e.setAttribute(name,v);
const pos=(p,v)=>{const [l,h]=view(p);return 100*(v-l)/(h-l)};
$('.js').forEach(e=>e.className='mut np');
// From the table behind the chart.
function read(e){const t=$('#n'+e.dataset.of)[0];return t?{unit:t.dataset.u||'',heads:$('thead th',t),rows:$('tbody tr',t)}:{rows:[],heads:[]}}
function words(t,row){const cells=[...row.cells];let s=cells[0].textContent;
  cells.forEach((c,i)=>{const v=c.textContent,k=t.heads[i].dataset.k;if(!i||!v&&k!=='h')return;
    if(k==='w')s+='\n'+v;else if(k==='l')s+='  ['+v;
    else if(k==='h'){const open=!cells[i-1].textContent;if(v||!open)s+=(open?'  [\u2026':'')+', '+(v||'\u2026')+']'}
    else s+='\n'+t.heads[i].textContent+': '+v+t.unit});
  return s}
function say(text,x,y){tip.textContent=text;st.display='block';const w=tip.offsetWidth,h=tip.offsetHeight;
  st.left=Math.min(innerWidth-w-6,Math.max(6,x+14))+'px';st.top=(y-h-12<6?y+18:y-h-12)+'px'}
function hide(){st.display='none';plots.forEach(p=>p.cur.style.display='none')}
for(const p of plots){const c=$('.c',p)[0];p.tabIndex=0;p.table=read(p);p.timed=times.includes(p);p.steps='steps'in p.dataset;
  p.rows=p.table.rows.filter(r=>r.dataset.p).map(r=>({at:+r.dataset.p,r}));
  p.cur=make(c,'line',{class:'cur',y2:'100%'});p.br=make(c,'rect',{class:'br',height:'100%'});
  p.ticks=[...$('.xt',c)[0].childNodes];
  p.marks=$('[data-x],.o',c).map(e=>{const x=e.getAttribute('x'),at=parseFloat(x)*100;return{e,x,anchor:e.getAttribute('text-anchor'),from:+(e.dataset.x??at),to:+(e.dataset.e??at)}})}
const find=(p,v)=>{let n=-1;p.rows.forEach((r,i)=>{if(n<0||(p.steps?r.at<=v:Math.abs(r.at-v)<Math.abs(p.rows[n].at-v)))n=i});return n};
const middle=(p,i)=>{const r=p.rows,at=r[i].at;return p.steps&&r[i+1]?(at+r[i+1].at)/2:at};
function show(p,i,x,y){if(!p.rows[i])return;p.i=i;const m=middle(p,i),box=p.getBoundingClientRect();
  for(const o of p.timed?times:[p]){const q=pos(o,m)+'%';set(o.cur,'x1',q);set(o.cur,'x2',q);o.cur.style.display='block'}
  say(words(p.table,p.rows[i].r),x??box.left+box.width*pos(p,m)/100,y??box.top+20)}
const STEPS=[1,2,5,10,15,30,60,120,300,600,900,1800,3600,7200,10800,21600,43200];
function label(t,step,clock){
  if(clock===undefined){const u=T1-T0<120?1:T1-T0<=7200?60:3600;return +(t/u).toFixed(3)+(u===1?' s':u===60?' min':' h')}
  const s=Math.round(t);if(s===86400)return'24:00';const d=Math.floor(s/86400);return new Date(1e3*s).toISOString().slice(11,step<60?19:16)+(d?' +'+d:'')}
function zoom(l,h){const w=Math.min(S,Math.max(S/500,h-l));a=Math.min(S-w,Math.max(0,l));b=a+w;
  const all=a<=0&&b>=S,u=(T1-T0)/S,span=(b-a)*u;if(button)button.disabled=all;
  for(const p of times){const W=p.clientWidth,clock=p.dataset.clock,s0=+(clock||0),g=$('.xt',p)[0];
    set($('.d',p)[0],'viewBox',`${a} 0 ${b-a} ${S}`);
    if(all)g.replaceChildren(...p.ticks);else{g.replaceChildren();
      const step=STEPS.find(s=>span/s<=Math.min(8,W/90))||86400*Math.ceil(span/691200);
      for(let t=Math.ceil((T0+a*u+s0)/step-1e-9)*step;t<=T0+b*u+s0+1e-9;t+=step)
        make(g,'text',{class:'t',x:pos(p,(t-s0-T0)/u)+'%',y:'100%',dy:'1.4em','text-anchor':'middle'}).textContent=label(t,step,clock)}
    const free={};
    for(const m of p.marks){const e=m.e,q=pos(p,m.from),is=e.tagName==='text';
      e.style.visibility=all||q<=100&&pos(p,m.to)>=0?'':'hidden';
      set(e,'x',all?m.x:Math.max(is?0:-99,q)+'%');
      if(!is)continue;
      set(e,'text-anchor',all&&m.anchor||'start');
      if(all||e.style.visibility)continue;
      const n=e.getComputedTextLength();if(!n)continue;
      let x=Math.max(0,q)*W/100;if(x+n>W){x=W-n;set(e,'text-anchor','end');set(e,'x','100%')}
      const f=free[e.dataset.l];if(f&&x<f.x+6)f.e.style.visibility='hidden';free[e.dataset.l]={x:x+n,e}}}}
for(const p of plots){let from=null;const down=(l,h)=>[Math.min(l,h),Math.max(l,h)];
  const at=e=>{const r=p.getBoundingClientRect(),[l,h]=view(p);return l+(h-l)*Math.min(1,Math.max(0,(e.clientX-r.left)/r.width))};
  const brush=(l,h)=>times.forEach(o=>{o.br.style.display=h>l?'block':'none';set(o.br,'x',pos(o,l)+'%');set(o.br,'width',Math.max(0,pos(o,h)-pos(o,l))+'%')});
  const hover=e=>show(p,find(p,at(e)),e.clientX,e.clientY);
  p.onpointerdown=e=>{if(e.pointerType!=='mouse')hover(e);else if(p.timed&&!e.button){from=at(e);p.setPointerCapture(e.pointerId)}};
  p.onpointermove=e=>{hover(e);if(from!==null)brush(...down(from,at(e)))};
  p.onpointerup=e=>{if(from===null)return;const [l,h]=down(from,at(e));from=null;brush(0,0);if(pos(p,h)-pos(p,l)>2){hide();zoom(l,h)}};
  p.onpointercancel=()=>{from=null;brush(0,0);hide()};
  p.onpointerleave=e=>{if(e.pointerType==='mouse')hide()};p.onblur=hide;
  if(p.timed)p.ondblclick=()=>zoom(0,S);
  p.onkeydown=e=>{const n=p.rows.length-1,w=b-a,go=i=>{i=Math.min(n,Math.max(0,i));
      if(p.timed&&p.rows[i]){const m=middle(p,i);if(m<a||m>b)zoom(m-w/2,m+w/2)}show(p,i)};
    const c=p.rows[p.i]&&p.cur.style.display==='block'?middle(p,p.i):(a+b)/2;
    const first=find(p,view(p)[0]);
    switch(e.key){case'ArrowLeft':go((p.i??first+1)-1);break;case'ArrowRight':go((p.i??first-1)+1);break;case'Home':go(0);break;case'End':go(n);break;
    case'Escape':hide();zoom(0,S);break;
    case'+':case'=':case'-':if(p.timed){const f=e.key==='-'?1:.25;zoom(c-w*f,c+w*f);break}
    default:return}
    e.preventDefault()}}
for(const box of $('.rows')){const t=read(box);
  $('.r[data-r]',box).forEach((r,i)=>{const row=t.rows[i];if(!row)return;
    r.onpointermove=r.onpointerdown=e=>say(words(t,row),e.clientX,e.clientY);r.onpointerleave=hide})}
if(button)button.onclick=()=>zoom(0,S);
addEventListener('beforeprint',()=>{hide();zoom(0,S)});
zoom(0,S)})();
